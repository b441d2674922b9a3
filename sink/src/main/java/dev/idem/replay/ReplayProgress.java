package dev.idem.replay;

import dev.idem.change.TableId;
import dev.idem.control.ReplayCount;
import java.util.Map;
import java.util.TreeMap;

/**
 * How far a replay is, or how it ended.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param id its number; 0 for a rehearsal, which has none
 * @param state where it stands
 * @param fromCut the first cut
 * @param toCut the last cut
 * @param records how many records of the chosen tables lie in them, tombstone records among them
 * @param seen events read so far
 * @param tables what came of each table so far
 */
public record ReplayProgress(
        long id, State state, long fromCut, long toCut, long records, long seen, Map<TableId, ReplayCount> tables) {

    /** Where a replay stands. */
    public enum State {
        /** Going on. */
        RUNNING,
        /** At its end. */
        DONE,
        /** Ended in the middle, to be resumed. */
        STOPPED,
        /** Given up. */
        CANCELLED
    }

    /** Sorts the map. */
    public ReplayProgress {
        tables = java.util.Collections.unmodifiableMap(new TreeMap<>(tables));
    }

    /** Rows of the warehouse that were changed. */
    public long changed() {
        return tables.values().stream().mapToLong(ReplayCount::changed).sum();
    }

    /** True where every table was replayed, and nothing was refused. */
    public boolean isWhole() {
        return state == State.DONE
                && tables.values().stream().allMatch(count -> count.leftOut() == null && count.refused() == 0);
    }
}
