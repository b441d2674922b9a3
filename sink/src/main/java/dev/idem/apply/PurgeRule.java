package dev.idem.apply;

import dev.idem.change.Version;
import org.jspecify.annotations.Nullable;

/**
 * Below which version the deletes of a table can be forgotten.
 *
 * <p><i>Threads:</i> stateless.
 */
final class PurgeRule {

    /*
     * A remembered delete of version v is needed as long as an older change w of its key can come: w < v, not below the
     * table's floor. (Below the floor nothing exists, so what comes from there is passed over without it.) A change can
     * come from the log as it is, by a replay, by a parked table, by the sink set back; and from what the log will be.
     *
     * 1. Within a partition the stream's versions only rise. So nothing of the stream is left below the first version
     *    that a partition holds, and below the lowest of them nothing of the table's topics is: `first`.
     * 2. What the stream brings in future is above all that the sink had applied when it began to look: `applied`. Empty
     *    partitions are bounded by that alone.
     * 3. Rows of a re-read, or of a repair, carry its consistent point S, and stand behind changes of the stream that are
     *    newer. Below the floor they are passed over; those that count are at the floor or above it, and no delete may go
     *    that is above the floor, as long as they can be in the log. They lie there before the stream has passed
     *    the cut in which they came, so they are gone where every partition begins above that: `rereadsLieBelow`. (Rows
     *    of a table without a key lie before changes that are older than S; therefore that mark is not below S either.)
     * 4. Rows of a re-read that the sink has not applied yet are not noted there. Its request is asked for before its
     *    slot is made, and everything that is published next is published together with it. So a sink that has applied
     *    a delete that is newer than S finds the request in the log, if it looks for it afterwards; or finds it done, and
     *    then has noted the rows once it has applied the cuts that the log held at that time. TombstonePurge waits for
     *    both: tables with an open request are left out, and a look counts only once its cuts have been applied.
     *
     * What is in nobody's log any more can still be in somebody's memory: in that of a replay that is not at its end, of a
     * parked table's reader, of a sink that was set back. The first two are left out, and the third has not applied all
     * cuts.
     */

    private PurgeRule() {}

    /**
     * The version below which deletes can be forgotten; null where there is none.
     *
     * @param applied the highest version that the sink had applied when it began to look at the log
     * @param first the lowest version with which a partition of the table's topics began; null where all were empty
     * @param rereadsLieBelow as of now, see {@link RereadRows#behind}
     * @param floor the table's floor as of now; null where it has none
     */
    static @Nullable Version below(
            Version applied, @Nullable Version first, Version rereadsLieBelow, @Nullable Version floor) {
        Version log = first != null && first.isBefore(applied) ? first : applied;
        boolean holdsRereads = !log.isAfter(rereadsLieBelow);
        if (holdsRereads || floor != null && floor.isAfter(log)) {
            return floor;
        }
        return log;
    }
}
