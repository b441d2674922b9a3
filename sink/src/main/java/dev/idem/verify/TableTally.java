package dev.idem.verify;

import dev.idem.verify.RowDifference.Kind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Counts what is found in one table, and keeps a few examples.
 *
 * <p><i>Threads:</i> one thread.
 */
final class TableTally {

    private final TablePair pair;
    private final int maxExamples;
    private final Map<Kind, Long> counts = new EnumMap<>(Kind.class);
    private final Map<String, Long> columns = new TreeMap<>();
    private final List<RowDifference> examples = new ArrayList<>();
    private long moving;

    TableTally(TablePair pair, int maxExamples) {
        this.pair = pair;
        this.maxExamples = maxExamples;
    }

    void add(Kind kind, long rows, List<String> key, List<String> differing) {
        counts.merge(kind, rows, Long::sum);
        differing.forEach(column -> columns.merge(column, 1L, Long::sum));
        if (examples.size() < maxExamples) {
            examples.add(new RowDifference(kind, named(key), differing));
        }
    }

    void addMoving() {
        moving++;
    }

    private Map<String, String> named(List<String> key) {
        Map<String, String> named = new LinkedHashMap<>();
        List<String> names = pair.keyNames();
        for (int i = 0; i < names.size(); i++) {
            named.put(names.get(i), key.get(i));
        }
        return named;
    }

    TableResult result(Extent extent, boolean isBehind) {
        return new TableResult(
                pair.table(),
                "",
                new TableResult.Counts(
                        extent.rows(),
                        count(Kind.MISSING),
                        count(Kind.EXTRA),
                        count(Kind.DIFFERING),
                        count(Kind.INCOMPLETE),
                        moving),
                columns,
                pair.sourceOnly(),
                pair.warehouseOnly(),
                pair.generated(),
                examples,
                extent.chunks(),
                isBehind && !counts.isEmpty(),
                Optional.empty());
    }

    private long count(Kind kind) {
        return counts.getOrDefault(kind, 0L);
    }
}
