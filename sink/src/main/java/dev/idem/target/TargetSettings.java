package dev.idem.target;

/**
 * How the warehouse's tables follow those of the source.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param names where each table goes
 * @param droppedColumns what becomes of a column that the source drops
 */
public record TargetSettings(TableMapping names, DroppedColumns droppedColumns) {

    /** Every table goes to its own name, and no column is dropped. */
    public static TargetSettings defaults() {
        return new TargetSettings(TableMapping.identity(), DroppedColumns.KEEP);
    }
}
