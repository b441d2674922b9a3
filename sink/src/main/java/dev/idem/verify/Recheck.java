package dev.idem.verify;

import dev.idem.verify.Candidate.Look;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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
        List<Candidate> moved = new ArrayList<>();
        List<Candidate> open = candidates;
        while (!open.isEmpty()) {
            catchUp.await();
            List<Candidate> undecided = new ArrayList<>();
            for (Candidate candidate : lookAgain(open)) {
                switch (rule.decide(candidate)) {
                    case SAME -> {}
                    case DIFFERENT -> different.accept(candidate);
                    case MOVING -> moved.add(candidate);
                    case UNDECIDED -> undecided.add(candidate);
                }
            }
            open = undecided;
        }
        if (!moved.isEmpty()) {
            settleMoving(moved, different, moving);
        }
    }

    private void settleMoving(List<Candidate> moved, Consumer<Candidate> different, Consumer<Candidate> moving) {
        Map<List<String>, ColumnDifference> differing = comparison instanceof KeyedComparison keyed
                ? new MovingRows(keyed, catchUp, MAX_LOOKS)
                        .differing(moved.stream().map(Candidate::key).toList())
                : Map.of();
        for (Candidate candidate : moved) {
            ColumnDifference columns = differing.get(candidate.key());
            if (columns == null) {
                moving.accept(candidate);
            } else {
                different.accept(candidate.in(columns));
            }
        }
    }

    /** The keys of those rows that differ for good, as they are now. */
    List<List<String>> differing(List<List<String>> keys) {
        catchUp.await();
        List<Candidate> candidates = new ArrayList<>();
        for (Map.Entry<List<String>, Look> row : look(keys).entrySet()) {
            Look look = row.getValue();
            if (!look.source().hasValueOf(look.warehouse())) {
                candidates.add(Candidate.first(row.getKey(), look.source(), look.warehouse()));
            }
        }
        List<List<String>> differing = new ArrayList<>();
        settle(candidates, candidate -> differing.add(candidate.key()), candidate -> {});
        return differing;
    }

    private List<Candidate> lookAgain(List<Candidate> candidates) {
        Map<List<String>, Look> looks =
                look(candidates.stream().map(Candidate::key).toList());
        return candidates.stream()
                .map(candidate -> candidate.with(Objects.requireNonNull(looks.get(candidate.key()))))
                .toList();
    }

    /** The source first: what the warehouse shows afterwards is not older than what it could show before. */
    private Map<List<String>, Look> look(List<List<String>> keys) {
        Map<List<String>, RowState> source = comparison.look(Side.SOURCE, keys);
        Map<List<String>, RowState> warehouse = comparison.look(Side.WAREHOUSE, keys);
        Map<List<String>, Look> looks = new LinkedHashMap<>();
        keys.forEach(key -> looks.put(key, new Look(state(source, key), state(warehouse, key))));
        return looks;
    }

    private static RowState state(Map<List<String>, RowState> rows, List<String> key) {
        return Objects.requireNonNullElse(rows.get(key), RowState.ABSENT);
    }
}
