package dev.idem.verify;

import dev.idem.verify.RowDifference.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Compares the two copies of one table and counts what differs for good.
 *
 * <p><i>Threads:</i> one thread, one use.
 */
final class TableComparison {

    private final Recheck recheck;
    private final Comparison comparison;
    private final TableTally tally;
    private final DifferingKeys differingKeys = new DifferingKeys();
    private final TablePair pair;
    private final Databases databases;
    private final CatchUp catchUp;
    private final VerifySettings settings;
    private final List<Candidate> candidates = new ArrayList<>();
    private boolean isBehind;

    TableComparison(TablePair pair, Databases databases, CatchUp catchUp, VerifySettings settings) {
        this.pair = pair;
        this.databases = databases;
        this.catchUp = catchUp;
        this.settings = settings;
        Throttle throttle = new Throttle(settings.pace().rowsPerSecond());
        this.comparison = pair.source().hasKey()
                ? new KeyedComparison(
                        databases,
                        pair,
                        settings.limits().chunkRows(),
                        throttle,
                        settings.pace().share())
                : new KeylessComparison(databases, pair, throttle);
        this.recheck = new Recheck(comparison, catchUp);
        this.tally = new TableTally(pair, settings.limits().maxExamples());
    }

    /** Compares, and leaves what differs as it is. */
    TableResult run() {
        int maxCandidates = settings.limits().maxCandidates();
        Extent extent = comparison.compare(candidate -> {
            candidates.add(candidate);
            if (candidates.size() >= maxCandidates) {
                settle();
            }
        });
        settle();
        return tally.result(extent, isBehind);
    }

    /** Compares, has made right what differs, and looks whether it is; what may still be on its way is left alone. */
    TableResult run(RepairSettings repair) {
        TableResult found = run();
        long differences = found.counts().differences();
        if (differences == 0 || found.isBehind()) {
            return found;
        }
        return found.with(new TableRepair(pair, databases, settings.pipeline(), recheck, repair)
                .run(differences, differingKeys.all(), this::differencesNow));
    }

    private long differencesNow() {
        return new TableComparison(pair, databases, catchUp, settings)
                .run()
                .counts()
                .differences();
    }

    private void settle() {
        List<Candidate> different = new ArrayList<>();
        recheck.settle(List.copyOf(candidates), different::add, candidate -> tally.addMoving());
        isBehind |= !candidates.isEmpty() && catchUp.isBehind();
        candidates.clear();
        if (comparison instanceof KeyedComparison keyed) {
            countKeyed(keyed, different);
        } else {
            different.forEach(this::countKeyless);
        }
    }

    private void countKeyed(KeyedComparison keyed, List<Candidate> different) {
        List<List<String>> both = different.stream()
                .filter(candidate -> candidate.columns().isEmpty()
                        && !candidate.last().source().isAbsent()
                        && !candidate.last().warehouse().isAbsent())
                .map(Candidate::key)
                .toList();
        Map<List<String>, ColumnLook> looks = both.isEmpty() ? Map.of() : keyed.columns(both);
        for (Candidate candidate : different) {
            if (candidate.columns().isPresent()) {
                countDiffering(candidate, candidate.columns().get());
            } else if (candidate.last().warehouse().isAbsent()) {
                count(Kind.MISSING, candidate, List.of());
            } else if (candidate.last().source().isAbsent()) {
                count(Kind.EXTRA, candidate, List.of());
            } else {
                ColumnLook look = looks.get(candidate.key());
                countDiffering(candidate, look == null ? null : keyed.difference(look, look.differing()));
            }
        }
    }

    /**
     * A row that one side has lost since the last look stays counted, without columns; one that has become equal does
     * not.
     */
    private void countDiffering(Candidate candidate, @Nullable ColumnDifference difference) {
        if (difference == null) {
            count(Kind.DIFFERING, candidate, List.of());
        } else if (!difference.columns().isEmpty()) {
            count(difference.explained() ? Kind.INCOMPLETE : Kind.DIFFERING, candidate, difference.columns());
        }
    }

    private void count(Kind kind, Candidate candidate, List<String> columns) {
        tally.add(kind, 1, candidate.key(), columns);
        differingKeys.add(candidate.key());
    }

    private void countKeyless(Candidate candidate) {
        long surplus = count(candidate.last().source()) - count(candidate.last().warehouse());
        tally.add(surplus > 0 ? Kind.MISSING : Kind.EXTRA, Math.abs(surplus), List.of(), List.of());
    }

    private static long count(RowState state) {
        return state.isAbsent() ? 0 : Long.parseLong(state.value());
    }
}
