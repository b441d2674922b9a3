package dev.idem.control;

import org.jspecify.annotations.Nullable;

/**
 * What came of one table in a replay.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param seen events read
 * @param changed rows of the warehouse that were changed
 * @param refused events that the warehouse refused, as it did when they first came
 * @param leftOut why the table is left out from here on; null where it is not
 */
public record ReplayCount(
        long seen, long changed, long refused, @Nullable String leftOut) {

    /** Nothing yet. */
    public static final ReplayCount NONE = new ReplayCount(0, 0, 0, null);

    /** Both together. */
    public ReplayCount plus(ReplayCount other) {
        return new ReplayCount(
                seen + other.seen,
                changed + other.changed,
                refused + other.refused,
                other.leftOut == null ? leftOut : other.leftOut);
    }

    /** Events that changed nothing, because they had been applied, or because a later one of the same row was too. */
    public long skipped() {
        return Math.max(0, seen - changed - refused);
    }
}
