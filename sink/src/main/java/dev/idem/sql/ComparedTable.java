package dev.idem.sql;

import java.util.List;
import java.util.Optional;

/**
 * One of two copies of a table that are compared.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param schema its schema
 * @param name its name
 * @param partitioned whether its rows lie in its partitions; else rows of tables that inherit from it are not its own
 * @param columns what is compared, in the order that both copies share
 * @param key what tells rows apart; empty for a table without a key
 * @param filter the condition of the rows that are compared, as PostgreSQL prints it; empty for all
 * @param tellsMissing whether {@code _idem_missing} names the columns that a row still lacks
 */
public record ComparedTable(
        String schema,
        String name,
        boolean partitioned,
        List<Column> columns,
        List<KeyColumn> key,
        Optional<String> filter,
        boolean tellsMissing) {

    /**
     * A compared column.
     *
     * @param name the column's name
     * @param wide whether values can be long, on either side
     */
    public record Column(String name, boolean wide) {}

    /** Copies the lists. */
    public ComparedTable {
        columns = List.copyOf(columns);
        key = List.copyOf(key);
    }

    /** True where rows are told apart by a key. */
    public boolean hasKey() {
        return !key.isEmpty();
    }

    /** The relation as it stands behind {@code from}. */
    String relation() {
        String rows = (partitioned ? "" : "only ") + SqlIdentifier.quoted(schema, name);
        return filter.map(condition -> "(select *, xmin from " + rows + " where " + condition + ") as target")
                .orElse(rows + " as target");
    }
}
