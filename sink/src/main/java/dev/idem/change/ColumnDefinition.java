package dev.idem.change;

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
 * @param generated whether the source computes the value (a stored generated column)
 */
public record ColumnDefinition(
        String name, String type, int number, boolean notNull, boolean toastable, boolean generated) {

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
