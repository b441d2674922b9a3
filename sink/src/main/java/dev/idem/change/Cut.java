package dev.idem.change;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A saved offset of the capture and a consistent cut of the log: all events of all transactions up to
 * {@code commitLsn}, and none later, lie in the ranges of this cut and of those before it.
 *
 * <p>It is the record of the topic {@code <name>.progress}, written in the same Kafka transaction as the events that it
 * counts. A cut names only the ranges that its own transaction added, so its size does not grow with the number of
 * tables.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param number from 1, rising by 1
 * @param kind what lies in the ranges
 * @param epoch the WAL history that {@code commitLsn} belongs to
 * @param commitLsn the end of the last transaction contained; for the cuts of a snapshot its consistent point, or
 *     {@link Lsn#ZERO} while that is not known
 * @param commitTime the commit time of that transaction by the source's clock; null where there is none
 * @param transactions how many of the source's transactions the ranges hold
 * @param events how many events the ranges hold; tombstone records are not counted
 * @param ranges by topic and partition the offsets that hold them
 * @param source where the events came from
 * @param tables what is told of tables besides their changes: definitions that hold from here on, snapshots that end
 *     here
 */
public record Cut(
        long number,
        Kind kind,
        int epoch,
        Lsn commitLsn,
        @Nullable Instant commitTime,
        long transactions,
        long events,
        Map<String, Map<Integer, OffsetRange>> ranges,
        SourceIdentity source,
        List<TableState> tables) {

    /** What a cut contains. */
    public enum Kind {
        /** Nothing: a slot is about to be created for a snapshot in this epoch. */
        SNAPSHOT_STARTED,
        /** Rows of a snapshot that is not complete. */
        SNAPSHOT,
        /** The last rows of a snapshot, which is now complete: what it does not contain does not exist. */
        SNAPSHOT_COMPLETED,
        /** Whole transactions. */
        STREAM;

        /** True where the log is not yet a consistent image: only after a completed snapshot it is. */
        public boolean isWithinSnapshot() {
            return this == SNAPSHOT_STARTED || this == SNAPSHOT;
        }
    }

    /**
     * Offsets of one partition.
     *
     * @param from the first
     * @param to one above the last
     */
    public record OffsetRange(long from, long to) {
        /** Checks that the range holds something. */
        public OffsetRange {
            if (from < 0 || to <= from) {
                throw new IllegalArgumentException("offsets: [" + from + ", " + to + ") (expected: 0 <= from < to)");
            }
        }
    }

    /**
     * Which WAL history the source is.
     *
     * @param systemIdentifier {@code pg_control_system().system_identifier}
     * @param timeline the timeline
     * @param database the database's name
     * @param slot the replication slot's name
     */
    public record SourceIdentity(String systemIdentifier, int timeline, String database, String slot) {}

    /**
     * What a cut tells of a table besides its changes.
     *
     * @param table its name
     * @param definition the number of a definition that holds from here on, whether or not an event names it
     * @param rows how many rows a snapshot has read; 0 where it is not about a snapshot
     * @param completeAt the consistent point of the snapshot that has read the whole table: rows with a lower version
     *     do not exist; null where no snapshot ends here
     */
    public record TableState(
            TableId table,
            int definition,
            long rows,
            @Nullable Lsn completeAt) {}

    /** Copies and sorts the maps, so that the text of equal cuts is equal. */
    public Cut {
        if (number < 1 || epoch < 0 || transactions < 0 || events < 0) {
            throw new IllegalArgumentException("cut " + number + ": epoch " + epoch + ", " + transactions
                    + " transactions, " + events + " events (expected: number >= 1, the others >= 0)");
        }
        Map<String, Map<Integer, OffsetRange>> sorted = new TreeMap<>();
        ranges.forEach((topic, partitions) ->
                sorted.put(topic, java.util.Collections.unmodifiableMap(new TreeMap<>(partitions))));
        ranges = java.util.Collections.unmodifiableMap(sorted);
        tables = List.copyOf(tables);
    }

    /** The highest version that lies in this cut or before it. */
    public Version highestVersion() {
        return new Version(epoch, commitLsn, Long.MAX_VALUE);
    }
}
