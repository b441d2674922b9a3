package dev.idem.target;

/** What becomes of a column in the warehouse when the source drops it. */
public enum DroppedColumns {
    /** It stays with the values that it has, and is empty in new rows. */
    KEEP,
    /** It is dropped with its values. */
    DROP
}
