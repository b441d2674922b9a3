package dev.idem.apply;

import dev.idem.change.TableId;
import java.util.Set;

/**
 * What a replay can write to.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param progress where the stream stands: a replay ends there at the latest
 * @param followed the tables that the warehouse follows
 * @param parked those of them that wait in the log
 */
public record ReplayTarget(Progress progress, Set<TableId> followed, Set<TableId> parked) {

    /** Copies the sets. */
    public ReplayTarget {
        followed = Set.copyOf(followed);
        parked = Set.copyOf(parked);
    }
}
