package dev.idem.change;

/**
 * The name of a table of the source, as the catalogue holds it (unquoted, case kept).
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param schema the schema's name
 * @param name the table's name
 */
public record TableId(String schema, String name) implements Comparable<TableId> {

    /** Checks that both names are there. */
    public TableId {
        if (schema.isEmpty() || name.isEmpty()) {
            throw new IllegalArgumentException(
                    "table: '" + schema + "'.'" + name + "' (expected: two non-empty names)");
        }
    }

    @Override
    public int compareTo(TableId other) {
        int bySchema = schema.compareTo(other.schema);
        return bySchema != 0 ? bySchema : name.compareTo(other.name);
    }

    /** {@code schema.name}, for people; not quoted and so not for SQL. */
    @Override
    public String toString() {
        return schema + '.' + name;
    }
}
