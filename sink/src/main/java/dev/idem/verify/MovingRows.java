package dev.idem.verify;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Finds what is wrong for good in rows that are written all the time.
 *
 * <p>Such a row never stands still, but a column of it may: one that shows on each side the same in every look, and not
 * the same on both sides, differs, since the pipeline has passed the source's position between the looks. That there
 * are many looks tells it from a column that goes to and fro between two values.
 *
 * <p><i>Threads:</i> one thread.
 */
final class MovingRows {

    private final KeyedComparison comparison;
    private final CatchUp catchUp;
    private final int looks;

    MovingRows(KeyedComparison comparison, CatchUp catchUp, int looks) {
        this.comparison = comparison;
        this.catchUp = catchUp;
        this.looks = looks;
    }

    /** The rows that have such columns, with them. */
    Map<List<String>, ColumnDifference> differing(List<List<String>> keys) {
        Map<List<String>, ColumnLook> first = comparison.columns(keys);
        Map<List<String>, List<Integer>> still = new HashMap<>();
        first.forEach((key, look) -> still.put(key, look.differing()));
        still.values().removeIf(List::isEmpty);
        for (int look = 1; look < looks && !still.isEmpty(); look++) {
            catchUp.await();
            Map<List<String>, ColumnLook> now = comparison.columns(List.copyOf(still.keySet()));
            still.replaceAll((key, places) -> unmoved(places, of(first, key), now.get(key)));
            still.values().removeIf(List::isEmpty);
        }
        Map<List<String>, ColumnDifference> differing = new HashMap<>();
        still.forEach((key, places) -> differing.put(key, comparison.difference(of(first, key), places)));
        return differing;
    }

    private static ColumnLook of(Map<List<String>, ColumnLook> looks, List<String> key) {
        return Objects.requireNonNull(looks.get(key));
    }

    private static List<Integer> unmoved(List<Integer> places, ColumnLook first, @Nullable ColumnLook now) {
        return now == null
                ? List.of()
                : places.stream().filter(place -> now.hasColumnOf(first, place)).toList();
    }
}
