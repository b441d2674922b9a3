package dev.idem.change;

import java.util.Arrays;
import java.util.List;

/**
 * An image of a row: one value for each column of its {@link TableDefinition}, in the same order.
 *
 * <p><i>Threads:</i> immutable.
 */
public final class Row {

    private final ColumnValue[] values;

    private Row(ColumnValue[] values) {
        this.values = values;
    }

    /** A row of these values. */
    public static Row of(List<ColumnValue> values) {
        return new Row(values.toArray(ColumnValue[]::new));
    }

    /** A row of these values. */
    public static Row of(ColumnValue... values) {
        return new Row(values.clone());
    }

    /** How many columns there are. */
    public int size() {
        return values.length;
    }

    /** The value of the column at {@code index} of the definition. */
    public ColumnValue get(int index) {
        return values[index];
    }

    /** True where every column is carried. */
    public boolean isComplete() {
        for (ColumnValue value : values) {
            if (!value.isCarried()) {
                return false;
            }
        }
        return true;
    }

    /** The characters of all values: what the row roughly costs in memory. */
    public long characters() {
        long sum = 0;
        for (ColumnValue value : values) {
            if (value instanceof ColumnValue.Text text) {
                sum += text.value().length();
            }
        }
        return sum;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Row that && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return "Row[" + values.length + " columns]";
    }
}
