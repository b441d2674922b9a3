package dev.idem.verify;

import dev.idem.verify.Candidate.Look;
import java.util.List;

/**
 * Decides what the looks at a row mean. Pure.
 *
 * <p>Between two looks the pipeline has passed the position that the source had after the first. So where the source's
 * row was not written in between, the warehouse must have it by the second look; that both sides still show what they
 * showed is a difference. A row that is written all the time never stands still long enough: it follows where the
 * warehouse shows what an earlier look saw at the source, and it is stuck where the warehouse shows the same thing
 * throughout.
 */
final class RecheckRule {

    /** What the looks mean. */
    enum Decision {
        /** The warehouse has, or had by then, what the source has. */
        SAME,
        /** The warehouse lacks what it should have by now. */
        DIFFERENT,
        /** The row was written in between: look again. */
        UNDECIDED,
        /** The row was written between all looks, and the warehouse's moved too. */
        MOVING
    }

    private final int maxLooks;

    RecheckRule(int maxLooks) {
        this.maxLooks = maxLooks;
    }

    Decision decide(Candidate candidate) {
        List<Look> looks = candidate.looks();
        Look last = candidate.last();
        if (last.warehouse().hasValueOf(last.source()) || hasFollowed(looks, last)) {
            return Decision.SAME;
        }
        if (looks.size() > 1 && last.equals(looks.get(looks.size() - 2))) {
            return Decision.DIFFERENT;
        }
        if (looks.size() < maxLooks) {
            return Decision.UNDECIDED;
        }
        boolean isStuck = looks.stream().allMatch(look -> look.warehouse().hasValueOf(last.warehouse()));
        return isStuck ? Decision.DIFFERENT : Decision.MOVING;
    }

    /** True where the warehouse shows what the source showed before; counts of equal rows tell nothing of the kind. */
    private static boolean hasFollowed(List<Look> looks, Look last) {
        boolean isRow = looks.stream()
                .anyMatch(look -> look.source().isRow() || look.warehouse().isRow());
        return isRow && looks.stream().anyMatch(look -> last.warehouse().hasValueOf(look.source()));
    }
}
