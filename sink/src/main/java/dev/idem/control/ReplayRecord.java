package dev.idem.control;

import dev.idem.change.TableId;
import java.util.Map;

/**
 * A replay as the warehouse remembers it.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param id its number
 * @param request what was asked for, by which the same command finds it again
 * @param state where it stands
 * @param fromCut the first cut
 * @param toCut the last cut
 * @param events how many events there are to read
 * @param seen how many of them were read
 * @param cursor where it goes on
 * @param tables what came of each table
 */
public record ReplayRecord(
        long id,
        String request,
        State state,
        long fromCut,
        long toCut,
        long events,
        long seen,
        ReplayCursor cursor,
        Map<TableId, ReplayCount> tables) {

    /** Copies the map. */
    public ReplayRecord {
        tables = Map.copyOf(tables);
    }

    /** Where a replay stands: from RUNNING to one of the others, and never back. */
    public enum State {
        /** Going on, or ended in the middle. */
        RUNNING,
        /** At its end. */
        DONE,
        /** Given up. */
        CANCELLED,
        /** It cannot be carried out. */
        FAILED
    }
}
