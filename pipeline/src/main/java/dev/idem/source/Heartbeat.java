package dev.idem.source;

import dev.idem.change.Lsn;
import java.time.Duration;

/**
 * Asks the source for a position when its WAL moves on without a change that we capture.
 *
 * <p>Without it the slot would stand still while other databases or tables are busy, and pin their WAL. A beat moves
 * the WAL itself, so none follows while nothing but the last beat is new; but one a day does, so that the log's last
 * cut never grows as old as the topic's retention.
 *
 * <p><i>Threads:</i> one thread.
 */
public final class Heartbeat {

    private static final Duration LONGEST_SILENCE = Duration.ofDays(1);

    private final Duration interval;
    private long lastNanos = System.nanoTime();
    private Lsn behindLastBeat = Lsn.ZERO;

    /** Beats at most once in the interval. */
    public Heartbeat(Duration interval) {
        this.interval = interval;
    }

    /**
     * Emits a message into the WAL where the time has come and something but the last beat is new.
     *
     * @param walEnd the end of the source's WAL
     * @param published up to where the log has it
     * @throws PipelineException where the source does not answer; the beat is due again then
     */
    public void beatWhereDue(Lsn walEnd, Lsn published, SourceDatabase source) {
        boolean due = System.nanoTime() - lastNanos >= interval.toNanos();
        boolean moved = walEnd.compareTo(published) > 0 && walEnd.compareTo(behindLastBeat) > 0;
        boolean stale = System.nanoTime() - lastNanos >= LONGEST_SILENCE.toNanos();
        if (!stale && !(due && moved)) {
            return;
        }
        source.emitHeartbeat();
        lastNanos = System.nanoTime();
        behindLastBeat = source.walEnd();
    }
}
