package dev.idem.sql;

/**
 * A column whose values the warehouse computes as the source does.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param column its name and type
 * @param expression what computes it, as the source's {@code pg_get_expr} prints it
 * @param virtual whether it is computed when it is read; else when it is written
 * @param place before which of the table's other columns it stands
 */
public record GeneratedColumn(TargetColumn column, String expression, boolean virtual, int place) {

    /** The same, computed when it is written. */
    public GeneratedColumn stored() {
        return new GeneratedColumn(column, expression, false, place);
    }
}
