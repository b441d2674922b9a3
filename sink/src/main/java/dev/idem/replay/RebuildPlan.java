package dev.idem.replay;

import dev.idem.apply.RebuildStart;
import dev.idem.change.Cut;
import dev.idem.change.TableId;
import dev.idem.change.Version;
import dev.idem.consume.CutFollower;
import dev.idem.consume.CutIndex;
import dev.idem.consume.PositionedCut;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.warehouse.Progress;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * From where a rebuild reads a table, if the log holds all that the table is made of.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param topics the topics in which the table's changes stand, those of its earlier names among them
 * @param reads the cuts
 */
record RebuildPlan(Set<String> topics, ReplayPlan reads) {

    /*
     * What is below a table's floor does not exist: a snapshot that was read whole, or a TRUNCATE, has said so. So the log
     * need not reach back to the table's first event, only to its floor. A change of the stream stands in the cut of its
     * commit, and a row of a re-read, which has the floor's own version, in a cut that the stream had reached by then:
     * in either case the cut's position is at the floor or above it. Therefore, where the last cut that is not held whole
     * is below the floor, nothing is missing that counts. Of cuts that the topic of the cuts does not hold any more it is
     * known that none is above the first that it holds. A table without a floor needs the log from its first cut on.
     */

    private static final long FIRST_CUT = 1;

    /**
     * Looks through the log's cuts.
     *
     * @throws PipelineException {@link ErrorKind#LOG_INCOMPLETE} where the log does not hold all that is needed, or is
     *     not the one that the warehouse was filled from
     */
    static RebuildPlan of(RebuildStart start, LogView log) {
        TableId table = start.definition().table();
        requireSameLog(start.progress(), log);
        Set<TableId> names = log.names(start.definition());
        Set<String> topics = names.stream().map(log.topics()::of).collect(Collectors.toCollection(TreeSet::new));
        requireUncompacted(table, existing(topics, log), log);
        PositionedCut oldest = oldest(table, log);
        ReplayPlan reads = ReplayPlan.of(
                oldest, start.progress().cut(), ReplayPlan.Start.AS_FAR_BACK_AS_POSSIBLE, names, log.topics(), log);
        requireFloor(start, oldest.cut(), reads);
        return new RebuildPlan(topics, reads);
    }

    /** Behind an unknown cut, or one that was not applied, another log would pass for this one. */
    static void requireSameLog(Progress progress, LogView log) {
        try (CutFollower follower = log.cuts()) {
            Optional<Cut> before = follower.lastBefore(progress.logOffset());
            if (before.isEmpty() || before.get().number() != progress.cut()) {
                throw incomplete(
                        "the log does not hold the cut that the warehouse has applied last, " + progress.cut() + " at "
                                + progress.commitLsn(),
                        "the log that it was filled from");
            }
            if (!before.get().highestVersion().equals(progress.highestApplied())) {
                throw new PipelineException(
                        ErrorKind.WAREHOUSE_BUSY,
                        "the sink was set back to cut " + progress.cut() + " and has applied " + progress.commitLsn()
                                + " before (expected: that it has come up to that again). Remedy: wait for it");
            }
        }
    }

    private static PipelineException incomplete(String found, String expected) {
        return new PipelineException(
                ErrorKind.LOG_INCOMPLETE,
                found + " (expected: " + expected + "). Nothing was changed. Remedy: ./idem resync reads the table"
                        + " anew, by way of the log");
    }

    private static Set<String> existing(Set<String> topics, LogView log) {
        return log.held(topics).offsets().entrySet().stream()
                .filter(topic -> !topic.getValue().isEmpty())
                .map(java.util.Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    private static void requireUncompacted(TableId table, Set<String> topics, LogView log) {
        Set<String> compacted = log.compacted(topics);
        if (!compacted.isEmpty()) {
            throw new PipelineException(
                    ErrorKind.LOG_UNFIT,
                    "table " + table + ": topics " + compacted + " are compacted, so events are missing among the"
                            + " others (expected: cleanup.policy=delete). Nothing was changed. Remedy: ./idem resync");
        }
    }

    private static PositionedCut oldest(TableId table, LogView log) {
        try (CutIndex index = log.index()) {
            return index.oldest().orElseThrow(() -> incomplete("table " + table + ": the log is empty", "its events"));
        }
    }

    private static void requireFloor(RebuildStart start, Cut oldest, ReplayPlan reads) {
        Cut missing = reads.lastMissing();
        if (missing == null && oldest.number() > FIRST_CUT) {
            missing = oldest;
        }
        Version floor = start.floor();
        if (missing != null && (floor == null || !isBelow(missing, floor))) {
            throw incomplete(
                    "table " + start.definition().table() + ": the log holds its events from cut " + reads.fromCut()
                            + " on, behind " + missing.commitLsn() + " in epoch " + missing.epoch(),
                    floor == null
                            ? "all of them"
                            : "all since the table was read whole or emptied last, at " + floor.lsn() + " in epoch "
                                    + floor.epoch());
        }
    }

    private static boolean isBelow(Cut cut, Version floor) {
        return cut.highestVersion().isBefore(new Version(floor.epoch(), floor.lsn(), 0));
    }
}
