package dev.idem.status;

import dev.idem.change.Lsn;
import dev.idem.change.TableId;
import dev.idem.control.VerificationRecord;
import dev.idem.control.WarehouseView.Tombstones;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Where a pipeline stands, at one moment.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param name the pipeline's name
 * @param at when it was looked at
 * @param origin who says so
 * @param capture empty where this process does not capture and nothing can be told
 * @param sink likewise
 * @param positions from the head of the WAL to the warehouse, those that are known
 * @param lag of the warehouse behind the source
 * @param slot empty where the source was not asked, could not be, or has none
 * @param tables in the order of their names
 * @param deadLetters events that were set aside
 * @param throughput of this process; zero where another one works
 * @param isConsistent false while the warehouse holds a snapshot in part, and where it was not asked
 * @param warnings what a person should look at, the worst first
 */
public record PipelineStatus(
        String name,
        Instant at,
        Origin origin,
        Optional<Part> capture,
        Optional<Part> sink,
        List<Position> positions,
        Lag lag,
        Optional<SlotHealth> slot,
        List<TableStatus> tables,
        DeadLetters deadLetters,
        Throughput throughput,
        boolean isConsistent,
        List<Warning> warnings) {

    /** Copies the lists. */
    public PipelineStatus {
        positions = List.copyOf(positions);
        tables = List.copyOf(tables);
        warnings = List.copyOf(warnings);
    }

    /** Who says where the pipeline stands. */
    public enum Origin {
        /** The running process. */
        PROCESS,
        /** Databases and Kafka, asked by the command. */
        SERVERS
    }

    /**
     * A part of the pipeline.
     *
     * @param state by its name in the part
     * @param detail what it waits for or why it stopped; empty otherwise
     */
    public record Part(String state, String detail) {}

    /** The places of the way, in their order. */
    public enum Stage {
        /** The end of the source's WAL. */
        HEAD,
        /** Up to where the source has sent the stream to the capture. */
        CAPTURED,
        /** Up to where the log in Kafka is complete. */
        PUBLISHED,
        /** Up to where the warehouse equals the source. */
        APPLIED,
        /** Up to where the slot has let go. It follows {@link #PUBLISHED}. */
        CONFIRMED
    }

    /**
     * A position on the way.
     *
     * @param behindBytes the WAL between the head and it; empty where the head is not known, or of another epoch
     * @param behind how long ago the head was there; empty where that is not known
     */
    public record Position(Stage stage, Lsn lsn, Optional<Long> behindBytes, Optional<Duration> behind) {}

    /**
     * How far the warehouse is behind the source.
     *
     * @param bytes of WAL, whether it is of replicated tables or not
     * @param time how long ago the source was where the warehouse is
     * @param lastCommit the source's commit time of the last transaction applied; an idle source has an old one
     */
    public record Lag(Optional<Long> bytes, Optional<Duration> time, Optional<Instant> lastCommit) {}

    /**
     * The replication slot against what it may keep.
     *
     * @param level how near it is to being lost
     * @param retainedBytes WAL that the source keeps for it
     * @param limitBytes {@code max_slot_wal_keep_size}; empty without one
     * @param safeBytes what may still be written before it can be lost; empty without a limit
     */
    public record SlotHealth(
            String name,
            boolean isActive,
            String walStatus,
            Level level,
            long retainedBytes,
            Optional<Long> limitBytes,
            Optional<Long> safeBytes) {}

    /** How bad something is. */
    public enum Level {
        OK,
        WARNING,
        CRITICAL
    }

    /**
     * A table.
     *
     * @param state {@code following}, {@code parked} or {@code paused}
     * @param reason why it does not follow; empty where it does
     * @param since since when it does not
     * @param events read by this process
     * @param written rows of the warehouse that this process inserted or updated
     * @param deleted rows that this process deleted
     * @param tombstones deletes that the warehouse remembers; empty where it was not asked
     * @param verification the last comparison with the source; empty where there was none
     */
    public record TableStatus(
            TableId table,
            String state,
            Optional<String> reason,
            Optional<Instant> since,
            long events,
            long written,
            long deleted,
            Optional<Tombstones> tombstones,
            Optional<LastVerification> verification) {}

    /**
     * The last comparison of a table with the source.
     *
     * @param result in one word or two
     * @param at when it ended
     * @param rows that were compared
     * @param differences rows that differed
     * @param repaired rows of these that were the same in the end
     */
    public record LastVerification(String result, Instant at, long rows, long differences, long repaired) {

        /** Rows that differed at its end; none where they may have been on their way. */
        public long left() {
            return result.equals(VerificationRecord.Result.BEHIND.text()) ? 0 : differences - repaired;
        }
    }

    /**
     * Events that were set aside.
     *
     * @param last when the last of them was
     */
    public record DeadLetters(long count, Optional<Instant> last) {}

    /**
     * What goes through, over the last seconds.
     *
     * @param publishedPerSecond events written to the log
     * @param eventsPerSecond events applied
     * @param rowsPerSecond rows of the warehouse that changed
     */
    public record Throughput(double publishedPerSecond, double eventsPerSecond, double rowsPerSecond) {

        /** Nothing. */
        public static final Throughput NONE = new Throughput(0, 0, 0);
    }

    /**
     * Something that a person should look at.
     *
     * @param subject what it is about, in one word that stays the same
     * @param text what is the case
     * @param remedy what to do
     */
    public record Warning(Level level, String subject, String text, String remedy) {}

    /** The place, where it is known. */
    public Optional<Position> position(Stage stage) {
        return positions.stream().filter(position -> position.stage() == stage).findFirst();
    }

    /** The worst of the warnings. */
    public Level level() {
        return warnings.stream().map(Warning::level).max(Level::compareTo).orElse(Level.OK);
    }
}
