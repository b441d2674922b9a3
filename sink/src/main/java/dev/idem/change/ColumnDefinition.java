package dev.idem.change;

import org.jspecify.annotations.Nullable;

/**
 * One column of a table's definition.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param name the column's name, unquoted
 * @param type the exact type as {@code format_type} prints it with all schemas named, such as {@code numeric(10,2)}
 * @param number the attribute number, which stays when the column is renamed and is never used again
 * @param notNull whether the source forbids NULL
 * @param toastable whether a value can be stored out of line, so that an update may leave it out
 * @param generation how the source computes a generated column; null for every other column
 * @param collation the collation as SQL writes it, where it is not the type's own; null otherwise
 * @param missing the value that rows from before the column was added have, where the source remembers one
 *     ({@code pg_attribute.attmissingval}), as PostgreSQL's text; null otherwise
 */
public record ColumnDefinition(
        String name,
        String type,
        int number,
        boolean notNull,
        boolean toastable,
        @Nullable Generation generation,
        @Nullable String collation,
        @Nullable String missing) {

    /** A column that is not generated, has its type's collation, and was there when the table was made. */
    public static ColumnDefinition plain(String name, String type, int number, boolean notNull, boolean toastable) {
        return new ColumnDefinition(name, type, number, notNull, toastable, null, null, null);
    }

    /** The same column under another name. */
    public ColumnDefinition named(String newName) {
        return newName.equals(name)
                ? this
                : new ColumnDefinition(newName, type, number, notNull, toastable, generation, collation, missing);
    }

    /** The same column, forbidding NULL. */
    public ColumnDefinition forbiddingNull() {
        return notNull
                ? this
                : new ColumnDefinition(name, type, number, true, toastable, generation, collation, missing);
    }

    /** The same column with another attribute number. */
    ColumnDefinition withNumber(int newNumber) {
        return new ColumnDefinition(name, type, newNumber, notNull, toastable, generation, collation, missing);
    }

    /** Whether the source computes the value. */
    public boolean generated() {
        return generation != null;
    }

    /** How the value stands in the JSON of the log. */
    public enum JsonForm {
        /** A JSON number: the integer types. */
        NUMBER,
        /** {@code true} or {@code false}. */
        BOOLEAN,
        /** PostgreSQL's own text as a JSON string: every other type. */
        STRING
    }

    /** The form in which the log holds values of this column. */
    public JsonForm jsonForm() {
        return switch (type) {
            case "smallint", "integer", "bigint" -> JsonForm.NUMBER;
            case "boolean" -> JsonForm.BOOLEAN;
            default -> JsonForm.STRING;
        };
    }
}
