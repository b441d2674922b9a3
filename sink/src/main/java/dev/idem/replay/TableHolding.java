package dev.idem.replay;

import dev.idem.change.Cut;
import dev.idem.change.TableId;
import dev.idem.change.Topics;
import dev.idem.consume.CutIndex;
import dev.idem.consume.HeldOffsets;
import dev.idem.consume.HeldOffsets.Held;
import dev.idem.consume.PositionedCut;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the log still holds of a table.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param table the table
 * @param partitions the offsets that are held, by partition
 * @param wholeFrom the first cut from which everything of the table is held; empty where no cut's events of it are
 */
public record TableHolding(TableId table, Map<Integer, Held> partitions, Optional<Long> wholeFrom) {

    /** Looks for all of these tables. */
    public static List<TableHolding> of(Collection<TableId> tables, LogView log, CutIndex index) {
        Topics topics = log.topics();
        HeldOffsets held = log.held(tables.stream().map(topics::of).toList());
        Optional<Long> oldest = index.oldest().map(cut -> cut.cut().number());
        return tables.stream()
                .sorted()
                .map(table -> {
                    String topic = topics.of(table);
                    Map<Integer, Held> partitions = held.offsets().getOrDefault(topic, Map.of());
                    return new TableHolding(
                            table, new TreeMap<>(partitions), wholeFrom(topic, partitions, held, index, oldest));
                })
                .toList();
    }

    private static Optional<Long> wholeFrom(
            String topic, Map<Integer, Held> partitions, HeldOffsets held, CutIndex index, Optional<Long> oldest) {
        boolean nothingGone = partitions.values().stream().allMatch(range -> range.from() == 0);
        if (partitions.isEmpty() || nothingGone) {
            return partitions.isEmpty() ? Optional.empty() : oldest;
        }
        return index.first(cut -> names(cut, topic), cut -> held.holds(cut, topic))
                .map(PositionedCut::cut)
                .map(Cut::number);
    }

    private static boolean names(Cut cut, String topic) {
        return cut.ranges().containsKey(topic);
    }
}
