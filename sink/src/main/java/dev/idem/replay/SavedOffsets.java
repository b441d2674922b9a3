package dev.idem.replay;

import dev.idem.apply.ReplayTarget;
import dev.idem.change.Cut;
import dev.idem.change.TableId;
import dev.idem.consume.CutIndex;
import dev.idem.consume.PositionedCut;
import dev.idem.error.PipelineException;
import dev.idem.warehouse.Progress;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Saved offsets: cuts of the log, where the warehouse stands among them, and what the log still holds.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param cuts the cuts, the older ones first
 * @param topics the names of the tables that the warehouse follows, by topic
 * @param stands where the warehouse stands; empty where nothing was applied
 * @param holdings what the log holds of each table
 */
public record SavedOffsets(
        List<Cut> cuts, Map<String, TableId> topics, Optional<Progress> stands, List<TableHolding> holdings) {

    /** Copies the collections. */
    public SavedOffsets {
        cuts = List.copyOf(cuts);
        topics = Map.copyOf(topics);
        holdings = List.copyOf(holdings);
    }

    /**
     * Looks them up.
     *
     * @param target what the warehouse follows; empty where the pipeline was never applied
     * @param position the position whose cut is wanted; empty for the youngest cuts
     * @param last how many of the youngest
     * @throws PipelineException as {@link CutFinder#find}
     */
    public static SavedOffsets of(
            LogView log, Optional<ReplayTarget> target, Optional<LogPosition> position, int last, Clock clock) {
        Set<TableId> tables = target.map(ReplayTarget::followed).orElse(Set.of());
        Map<String, TableId> topics = new HashMap<>();
        tables.forEach(table -> topics.put(log.topics().of(table), table));
        Optional<Progress> stands = target.map(ReplayTarget::progress);
        try (CutIndex index = log.index()) {
            if (!index.exists()) {
                return new SavedOffsets(List.of(), topics, stands, List.of());
            }
            List<PositionedCut> cuts = position.map(wanted -> List.of(new CutFinder(index, clock).find(wanted)))
                    .orElseGet(() -> index.youngest(last));
            return new SavedOffsets(
                    cuts.stream().map(PositionedCut::cut).toList(),
                    topics,
                    stands,
                    TableHolding.of(tables, log, index));
        }
    }

    /** The tables of which the cut has events, as far as the warehouse follows them; else their topics. */
    public List<String> tables(Cut cut) {
        return cut.ranges().keySet().stream()
                .map(topic -> Optional.ofNullable(topics.get(topic))
                        .map(TableId::toString)
                        .orElse(topic))
                .toList();
    }
}
