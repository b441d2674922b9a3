package dev.idem.replay;

import dev.idem.change.TableId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is to be replayed.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param from the first cut
 * @param to the last cut; empty for where the warehouse stands
 * @param tables the tables; none for all that the warehouse follows
 * @param eventsPerSecond how fast at the most; empty for as fast as can be
 */
public record ReplayRequest(
        LogPosition from, Optional<LogPosition> to, List<TableId> tables, OptionalLong eventsPerSecond) {

    /** Copies the list and checks the bound. */
    public ReplayRequest {
        tables = tables.stream().distinct().sorted().toList();
        if (eventsPerSecond.isPresent() && eventsPerSecond.getAsLong() < 1) {
            throw new IllegalArgumentException(
                    "rate: " + eventsPerSecond.getAsLong() + " events a second (expected: >= 1)");
        }
    }

    /** The request in words, the same for the same request; how fast it goes is no part of it. */
    public String text() {
        return "from " + from + to.map(position -> " to " + position).orElse("")
                + (tables.isEmpty() ? "" : " tables " + tables);
    }
}
