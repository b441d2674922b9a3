package dev.idem.control;

import dev.idem.change.TableId;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A replay with what is known of its order.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param replay where it stands
 * @param terms how it is carried out
 * @param startedAt when it was asked for
 * @param updatedAt when it last went on or ended
 * @param failure why it cannot be carried out, without values; empty where it can
 */
public record ReplayEntry(
        ReplayRecord replay, Terms terms, Instant startedAt, Instant updatedAt, Optional<String> failure) {

    /**
     * How a replay is carried out.
     *
     * @param isDryRun true where it counts what would change, and changes nothing
     * @param eventsPerSecond how fast at the most; empty for as fast as can be
     */
    public record Terms(boolean isDryRun, OptionalLong eventsPerSecond) {}

    /** The same with what came of its tables. */
    ReplayEntry with(Map<TableId, ReplayCount> tables) {
        ReplayRecord counted = new ReplayRecord(
                replay.id(),
                replay.request(),
                replay.state(),
                replay.fromCut(),
                replay.toCut(),
                replay.events(),
                replay.seen(),
                replay.cursor(),
                tables);
        return new ReplayEntry(counted, terms, startedAt, updatedAt, failure);
    }
}
