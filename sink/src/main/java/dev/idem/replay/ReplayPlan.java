package dev.idem.replay;

import dev.idem.change.Cut;
import dev.idem.change.TableId;
import dev.idem.change.Topics;
import dev.idem.consume.CutFollower;
import dev.idem.consume.HeldOffsets;
import dev.idem.consume.PositionedCut;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which cuts a replay reads.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param fromCut the first cut
 * @param fromOffset its offset in the topic of the cuts
 * @param toCut the last cut
 * @param records how many records of the chosen tables lie in them
 * @param lastMissing the last cut of which the log does not hold everything; null where it holds everything
 */
record ReplayPlan(
        long fromCut,
        long fromOffset,
        long toCut,
        long records,
        @Nullable Cut lastMissing) {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int CUTS_AT_ONCE = 4_000;

    /** Whether a plan may begin later than asked for, where the log no longer holds everything. */
    enum Start {
        /** It must begin where it was asked to. */
        FIXED,
        /** It begins as far back as the log reaches. */
        AS_FAR_BACK_AS_POSSIBLE
    }

    /**
     * Reads through the cuts, not through their events.
     *
     * @throws PipelineException {@link ErrorKind#LOG_INCOMPLETE} where the log no longer holds what a cut names
     */
    static ReplayPlan of(PositionedCut from, long toCut, Start start, Set<TableId> tables, Topics topics, LogView log) {
        Set<String> chosen = new TreeSet<>();
        tables.forEach(table -> chosen.add(topics.of(table)));
        Scan scan = new Scan(from, chosen, log.held(chosen));
        try (CutFollower follower = log.cuts()) {
            follower.seek(from.nextOffset() - 1);
            while (scan.last < toCut) {
                List<PositionedCut> cuts = follower.poll(PATIENCE, CUTS_AT_ONCE, Long.MAX_VALUE);
                if (cuts.isEmpty()) {
                    throw new PipelineException(
                            ErrorKind.LOG_UNREACHABLE,
                            "reading cuts: Kafka gives none after cut " + scan.last + " for " + PATIENCE.toSeconds()
                                    + " s (expected: up to cut " + toCut + ")");
                }
                cuts.forEach(cut -> scan.take(cut, toCut));
            }
        }
        String missing = scan.missing;
        if (missing != null && start == Start.FIXED) {
            throw new PipelineException(
                    ErrorKind.LOG_INCOMPLETE,
                    missing + " (expected: a position from cut " + (scan.lastMissing + 1)
                            + " on, since when the log holds everything of these tables). Remedy: --from cut:"
                            + (scan.lastMissing + 1) + ", or --from beginning");
        }
        return new ReplayPlan(scan.from, scan.fromOffset, toCut, scan.records, scan.lastMissingCut);
    }

    /** What is known while the cuts go by. */
    private static final class Scan {
        private final Set<String> topics;
        private final HeldOffsets held;
        private long from;
        private long fromOffset;
        private long last;
        private long lastMissing;
        private @Nullable Cut lastMissingCut;
        private long records;
        private @Nullable String missing;

        Scan(PositionedCut first, Set<String> topics, HeldOffsets held) {
            this.topics = topics;
            this.held = held;
            this.from = first.cut().number();
            this.fromOffset = first.nextOffset() - 1;
            this.last = from - 1;
        }

        void take(PositionedCut cut, long toCut) {
            if (cut.cut().number() > toCut) {
                return;
            }
            last = cut.cut().number();
            for (String topic : topics) {
                if (!held.holds(cut.cut(), topic)) {
                    miss(cut, topic);
                    return;
                }
            }
            records += count(cut.cut());
        }

        private void miss(PositionedCut cut, String topic) {
            if (missing == null) {
                missing = "topic " + topic + ": the log no longer holds what cut "
                        + cut.cut().number() + " at " + cut.cut().commitLsn() + " names of it";
            }
            lastMissing = cut.cut().number();
            lastMissingCut = cut.cut();
            from = lastMissing + 1;
            fromOffset = cut.nextOffset();
            records = 0;
        }

        private long count(Cut cut) {
            return topics.stream()
                    .map(topic -> cut.ranges().getOrDefault(topic, Map.of()))
                    .flatMap(ranges -> ranges.values().stream())
                    .mapToLong(range -> range.to() - range.from())
                    .sum();
        }
    }
}
