package dev.idem.change;

import java.util.List;

/**
 * The key of a row: the text of its key columns, in key order.
 *
 * <p>Two keys are equal here where their texts are equal. Types whose equality is wider (citext, numeric scale,
 * non-deterministic collations) are compared by the warehouse, not here.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param values PostgreSQL's text of each key column
 */
public record RowKey(List<String> values) {

    /** Copies the values. */
    public RowKey {
        values = List.copyOf(values);
    }

    /** A key of these texts. */
    public static RowKey of(String... values) {
        return new RowKey(List.of(values));
    }

    /** Names no content: keys do not belong into logs. */
    @Override
    public String toString() {
        return "RowKey[" + values.size() + " columns]";
    }
}
