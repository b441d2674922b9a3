package dev.idem.verify;

import dev.idem.change.Lsn;
import java.time.Duration;
import java.util.Optional;

/**
 * Decides whether the pipeline has been waited for long enough. Pure.
 *
 * <p>The position in the warehouse moves only with commits that the capture sees. So a mark is put into the source's
 * WAL: where a capture runs, the position must pass it, however long the way is at the moment. Where none runs, or no
 * mark could be put, a position that stands still is all there is.
 *
 * @param settle how long it must stand still
 * @param maxWait the bound of every wait
 */
record CatchUpRule(Duration settle, Duration maxWait) {

    /**
     * What is known at a moment.
     *
     * @param applied the commit up to which the warehouse is; empty where no pipeline ever wrote here
     * @param isExpected whether the position must pass: a capture will see the mark
     * @param still for how long {@code applied} has not moved
     * @param waited for how long we have waited
     */
    record Facts(Optional<Lsn> applied, boolean isExpected, Duration still, Duration waited) {}

    boolean isOver(Lsn target, Facts facts) {
        boolean isStill = facts.still().compareTo(settle) >= 0;
        return hasPassed(target, facts.applied())
                || isStill && !facts.isExpected()
                || facts.waited().compareTo(maxWait) >= 0;
    }

    static boolean hasPassed(Lsn target, Optional<Lsn> applied) {
        return applied.filter(lsn -> lsn.compareTo(target) >= 0).isPresent();
    }
}
