package dev.idem.replay;

import dev.idem.change.Cut;
import dev.idem.consume.CutFollower;
import dev.idem.consume.CutReader;
import dev.idem.consume.PositionedCut;
import dev.idem.control.ReplayCursor;
import dev.idem.control.ReplayRecord;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The way through the cuts of a replay: their events of the chosen topics go into pieces.
 *
 * <p><i>Threads:</i> stateless.
 */
final class Passage {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int CUTS_AT_ONCE = 500;

    private Passage() {}

    /** Reads from the replay's cursor to its last cut; what the pieces still hold then is not written. */
    static void read(LogView log, Set<String> topics, ReplayRecord replay, Pieces pieces) {
        try (CutFollower follower = log.cuts();
                CutReader reader = log.events()) {
            follower.seek(replay.cursor().logOffset());
            long next = replay.fromCut();
            while (next <= replay.toCut()) {
                for (PositionedCut cut : cuts(follower, next)) {
                    if (cut.cut().number() <= replay.toCut()) {
                        read(reader, pieces, cut, topics, replay.cursor());
                    }
                    next = cut.cut().number() + 1;
                }
            }
        }
    }

    private static List<PositionedCut> cuts(CutFollower follower, long next) {
        List<PositionedCut> cuts = follower.poll(PATIENCE, CUTS_AT_ONCE, Long.MAX_VALUE);
        if (cuts.isEmpty()) {
            throw new PipelineException(
                    ErrorKind.LOG_UNREACHABLE,
                    "reading cuts: Kafka gives none for " + PATIENCE.toSeconds() + " s (expected: cut " + next + ")");
        }
        return cuts;
    }

    private static void read(
            CutReader reader, Pieces pieces, PositionedCut cut, Set<String> topics, ReplayCursor cursor) {
        pieces.startCut(cut);
        reader.readTopics(rest(cut, cursor), topics, pieces::add);
        pieces.endCut(cut);
    }

    /** What is left to read of the cut in which an earlier run ended. */
    private static Cut rest(PositionedCut positioned, ReplayCursor cursor) {
        Cut cut = positioned.cut();
        if (cursor.partly().isEmpty() || positioned.nextOffset() - 1 != cursor.logOffset()) {
            return cut;
        }
        Map<String, Map<Integer, Cut.OffsetRange>> rest = new HashMap<>();
        cut.ranges()
                .forEach((topic, partitions) -> partitions.forEach((partition, range) -> {
                    long from = cursor.partly().getOrDefault(topic, Map.of()).getOrDefault(partition, range.from());
                    if (from < range.to()) {
                        rest.computeIfAbsent(topic, name -> new HashMap<>())
                                .put(partition, new Cut.OffsetRange(from, range.to()));
                    }
                }));
        return new Cut(
                cut.number(),
                cut.kind(),
                cut.epoch(),
                cut.commitLsn(),
                cut.commitTime(),
                cut.transactions(),
                cut.events(),
                rest,
                cut.source(),
                cut.tables());
    }
}
