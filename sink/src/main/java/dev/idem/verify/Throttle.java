package dev.idem.verify;

import java.time.Duration;

/**
 * Keeps a comparison to a number of rows a second, on average since it was made. It sleeps between statements, when
 * neither database has anything open.
 *
 * <p><i>Threads:</i> one thread.
 */
final class Throttle {

    private final long rowsPerSecond;
    private final long start = System.nanoTime();
    private long rows;

    /** A throttle of so many rows; 0 for none. */
    Throttle(long rowsPerSecond) {
        this.rowsPerSecond = rowsPerSecond;
    }

    /** Rows were looked at; returns when more may be. */
    void passed(long more) {
        rows += more;
        if (rowsPerSecond == 0) {
            return;
        }
        Duration due = Duration.ofMillis(Math.multiplyExact(rows, 1000L) / rowsPerSecond);
        Duration early = due.minus(Duration.ofNanos(System.nanoTime() - start));
        if (!early.isNegative()) {
            Pauses.pause(early);
        }
    }
}
