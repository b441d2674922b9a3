package dev.idem.warehouse;

import dev.idem.change.Cut;
import dev.idem.change.Lsn;
import dev.idem.change.Version;
import dev.idem.consume.PositionedCut;

/**
 * How far the warehouse is: the read position, kept in the transaction of the data.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param generation the writer's generation; a younger writer has a higher one
 * @param epoch the WAL history of {@code commitLsn}
 * @param commitLsn the replicated tables equal the source as of this commit, where {@code consistent}
 * @param cut the last cut applied; 0 before the first
 * @param logOffset the offset of the next record in the topic of the cuts
 * @param consistent false while a snapshot is incomplete
 */
public record Progress(long generation, int epoch, Lsn commitLsn, long cut, long logOffset, boolean consistent) {

    /** The position after a cut. In a replay the read position is behind what was applied, which never falls. */
    Progress after(PositionedCut positioned) {
        Cut to = positioned.cut();
        boolean replayed = !to.highestVersion().isAfter(highestApplied());
        boolean reachesApplied = !to.highestVersion().isBefore(highestApplied());
        return new Progress(
                generation,
                replayed ? epoch : to.epoch(),
                replayed ? commitLsn : to.commitLsn(),
                to.number(),
                positioned.nextOffset(),
                replayed && consistent || reachesApplied && !to.kind().isWithinSnapshot());
    }

    /** Every change that was ever applied has a version up to this one. */
    public Version highestApplied() {
        return new Version(epoch, commitLsn, Long.MAX_VALUE);
    }
}
