package dev.idem.apply;

/**
 * What came of the changes of one table.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param events changes read from the log
 * @param written rows of the warehouse that were inserted or updated
 * @param deleted rows of the warehouse that were deleted
 */
public record TableCount(long events, long written, long deleted) {

    /** Nothing. */
    public static final TableCount NONE = new TableCount(0, 0, 0);

    /** Both together. */
    public TableCount plus(TableCount other) {
        return new TableCount(events + other.events, written + other.written, deleted + other.deleted);
    }

    /** Rows of the warehouse that changed. */
    public long changed() {
        return written + deleted;
    }
}
