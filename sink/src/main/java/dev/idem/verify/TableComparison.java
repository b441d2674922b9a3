package dev.idem.verify;

import dev.idem.verify.RowDifference.Kind;
import dev.idem.verify.VerifySettings.Limits;
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
    private final int maxCandidates;
    private final List<Candidate> candidates = new ArrayList<>();

    TableComparison(TablePair pair, Databases databases, CatchUp catchUp, Limits limits) {
        this.comparison = pair.source().hasKey()
                ? new KeyedComparison(databases, pair, limits.chunkRows())
                : new KeylessComparison(databases, pair);
        this.recheck = new Recheck(comparison, catchUp);
        this.tally = new TableTally(pair, limits.maxExamples());
        this.maxCandidates = limits.maxCandidates();
    }

    TableResult run() {
        long rows = comparison.compare(candidate -> {
            candidates.add(candidate);
            if (candidates.size() >= maxCandidates) {
                settle();
            }
        });
        settle();
        return tally.result(rows);
    }

    private void settle() {
        List<Candidate> different = new ArrayList<>();
        recheck.settle(List.copyOf(candidates), different::add, candidate -> tally.addMoving());
        candidates.clear();
        if (comparison instanceof KeyedComparison keyed) {
            countKeyed(keyed, different);
        } else {
            different.forEach(this::countKeyless);
        }
    }

    private void countKeyed(KeyedComparison keyed, List<Candidate> different) {
        List<List<String>> both = different.stream()
                .filter(candidate -> !candidate.last().source().isAbsent()
                        && !candidate.last().warehouse().isAbsent())
                .map(Candidate::key)
                .toList();
        Map<List<String>, ColumnDifference> columns = both.isEmpty() ? Map.of() : keyed.differingColumns(both);
        for (Candidate candidate : different) {
            if (candidate.last().warehouse().isAbsent()) {
                tally.add(Kind.MISSING, 1, candidate.key(), List.of());
            } else if (candidate.last().source().isAbsent()) {
                tally.add(Kind.EXTRA, 1, candidate.key(), List.of());
            } else {
                countDiffering(candidate, columns.get(candidate.key()));
            }
        }
    }

    /**
     * A row that one side has lost since the last look stays counted, without columns; one that has become equal does
     * not.
     */
    private void countDiffering(Candidate candidate, @Nullable ColumnDifference difference) {
        if (difference == null) {
            tally.add(Kind.DIFFERING, 1, candidate.key(), List.of());
        } else if (!difference.columns().isEmpty()) {
            tally.add(
                    difference.explained() ? Kind.INCOMPLETE : Kind.DIFFERING,
                    1,
                    candidate.key(),
                    difference.columns());
        }
    }

    private void countKeyless(Candidate candidate) {
        long surplus = count(candidate.last().source()) - count(candidate.last().warehouse());
        tally.add(surplus > 0 ? Kind.MISSING : Kind.EXTRA, Math.abs(surplus), List.of(), List.of());
    }

    private static long count(RowState state) {
        return state.isAbsent() ? 0 : Long.parseLong(state.value());
    }
}
