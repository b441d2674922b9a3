package dev.idem.change;

/**
 * How the source computes a column.
 *
 * <p><i>Threads:</i> immutable.
 *
 * <p><i>Source:</i> PostgreSQL, "Generated Columns".
 *
 * @param expression what computes it, as {@code pg_get_expr} prints it
 * @param virtual whether it is computed when it is read, and so may fail for rows that are there; else when it is
 *     written
 */
public record Generation(String expression, boolean virtual) {}
