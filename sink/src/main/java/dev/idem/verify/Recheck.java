package dev.idem.verify;

import dev.idem.verify.Candidate.Look;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Looks again at rows that differed, each time after the pipeline has passed the source's position of the last look,
 * until {@link RecheckRule} decides.
 *
 * <p><i>Threads:</i> one thread.
 */
final class Recheck {

    private static final int MAX_LOOKS = 10;

    private final Comparison comparison;
    private final CatchUp catchUp;
    private final RecheckRule rule = new RecheckRule(MAX_LOOKS);

    Recheck(Comparison comparison, CatchUp catchUp) {
        this.comparison = comparison;
        this.catchUp = catchUp;
    }

    /** Hands over the rows that still differ, and those that never stood still. */
    void settle(List<Candidate> candidates, Consumer<Candidate> different, Consumer<Candidate> moving) {
        List<Candidate> open = candidates;
        while (!open.isEmpty()) {
            catchUp.await();
            List<Candidate> undecided = new ArrayList<>();
            for (Candidate candidate : lookAgain(open)) {
                switch (rule.decide(candidate)) {
                    case SAME -> {}
                    case DIFFERENT -> different.accept(candidate);
                    case MOVING -> moving.accept(candidate);
                    case UNDECIDED -> undecided.add(candidate);
                }
            }
            open = undecided;
        }
    }

    /** The source first: what the warehouse shows afterwards is not older than what it could show before. */
    private List<Candidate> lookAgain(List<Candidate> candidates) {
        List<List<String>> keys = candidates.stream().map(Candidate::key).toList();
        Map<List<String>, RowState> source = comparison.look(Side.SOURCE, keys);
        Map<List<String>, RowState> warehouse = comparison.look(Side.WAREHOUSE, keys);
        return candidates.stream()
                .map(candidate ->
                        candidate.with(new Look(state(source, candidate.key()), state(warehouse, candidate.key()))))
                .toList();
    }

    private static RowState state(Map<List<String>, RowState> rows, List<String> key) {
        return Objects.requireNonNullElse(rows.get(key), RowState.ABSENT);
    }
}
