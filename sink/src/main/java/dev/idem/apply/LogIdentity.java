package dev.idem.apply;

import dev.idem.change.Cut;
import dev.idem.consume.CutFollower;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.warehouse.Progress;
import java.time.Instant;
import java.util.Optional;

/**
 * Asks whether the log is the one that the warehouse was filled from.
 *
 * <p>A log that was begun anew numbers its cuts from 1 again, and its n-th cut stands where the n-th stood before: once
 * it has grown beyond the warehouse's position nothing in the next cut tells that the ones before it are others. So the
 * cut before the position is read: it must be the one that was applied last.
 *
 * <p><i>Threads:</i> one thread.
 */
final class LogIdentity {

    private Optional<String> difference;

    private LogIdentity(Optional<String> difference) {
        this.difference = difference;
    }

    /** Reads the cut before the writer's position; then the follower must seek. */
    static LogIdentity of(WarehouseWriter writer, CutFollower follower) {
        Progress progress = writer.progress();
        Optional<Cut> before = progress.cut() == 0 ? Optional.empty() : follower.lastBefore(progress.logOffset());
        return new LogIdentity(before.filter(cut -> !isApplied(cut, writer))
                .map(cut -> "before the position of this warehouse, which is behind cut " + progress.cut() + " and at "
                        + progress.commitLsn() + ", the log has cut " + cut.number() + " at " + cut.commitLsn()));
    }

    /** In a replay the position lies behind what was applied: then the cut is older, by the source's clock too. */
    private static boolean isApplied(Cut cut, WarehouseWriter writer) {
        Progress progress = writer.progress();
        Instant time = cut.commitTime();
        return cut.number() == progress.cut()
                && !cut.highestVersion().isAfter(progress.highestApplied())
                && (!cut.highestVersion().isBefore(progress.highestApplied())
                        || time == null
                        || !writer.isBehind(time));
    }

    /** True where nothing speaks against it being the same log. */
    boolean isSame() {
        return difference.isEmpty();
    }

    /**
     * Asks before a cut is applied. A snapshot needs nothing of what came before it, and once it has begun all that
     * follows is of its log.
     *
     * @throws PipelineException {@link ErrorKind#LOG_INCOMPLETE} where it is another log
     */
    void requireFor(Cut next) {
        if (difference.isPresent() && next.kind() != Cut.Kind.SNAPSHOT_STARTED) {
            throw new PipelineException(
                    ErrorKind.LOG_INCOMPLETE,
                    "the log is not the one that this warehouse was filled from: " + difference.get()
                            + ". Remedy: start again from a snapshot, see docs/operations.md");
        }
        difference = Optional.empty();
    }
}
