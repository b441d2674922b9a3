package dev.idem.capture;

import dev.idem.change.Lsn;
import dev.idem.change.TableId;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * How a capture stands, at one moment.
 *
 * @param state what it does
 * @param detail what it waits for or why it stopped, with the remedy; empty otherwise
 * @param epoch the WAL history; 0 while unknown
 * @param publishedLsn up to where the log is complete
 * @param publishedTime the commit time of the last transaction published
 * @param sourceLsn the end of the source's WAL when last asked
 * @param transactions published by this process
 * @param events published by this process
 * @param droppedEvents sent again by the source and already in the log
 * @param snapshotRows rows read so far by table, in this process's snapshot
 */
public record CaptureStatus(
        State state,
        String detail,
        int epoch,
        Optional<Lsn> publishedLsn,
        Optional<Instant> publishedTime,
        Optional<Lsn> sourceLsn,
        long transactions,
        long events,
        long droppedEvents,
        Map<TableId, Long> snapshotRows) {

    /**
     * What a capture does. STARTING leads to SNAPSHOT, STREAMING, WAITING and FAILED; each of these back to STARTING,
     * save FAILED, which a person must end; every one to STOPPED.
     */
    public enum State {
        /** Looks at source and log and decides. */
        STARTING,
        /** Reads the tables. */
        SNAPSHOT,
        /** Follows the WAL. */
        STREAMING,
        /** Something that can heal does not work; it tries again. */
        WAITING,
        /** A person must act. */
        FAILED,
        /** Was asked to stop and has. */
        STOPPED
    }
}
