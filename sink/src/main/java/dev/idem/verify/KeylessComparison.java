package dev.idem.verify;

import dev.idem.sql.ComparisonSql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Compares a table without a key as a multiset: each row as often as it occurs.
 *
 * <p>Both sides first tell counts and sums for buckets of digests; then, for the buckets that differ, the digests and
 * counts themselves. What stands in memory is what differs.
 *
 * <p><i>Threads:</i> one thread.
 */
final class KeylessComparison implements Comparison {

    /** Rows whose digests are read at once: a bound on memory, where most rows differ. */
    private static final long ROWS_AT_ONCE = 100_000;

    private final Databases databases;
    private final TablePair pair;
    private final ComparisonSql sourceSql;
    private final ComparisonSql warehouseSql;
    private final Throttle throttle;

    KeylessComparison(Databases databases, TablePair pair, Throttle throttle) {
        this.throttle = throttle;
        this.databases = databases;
        this.pair = pair;
        this.sourceSql = new ComparisonSql(pair.source());
        this.warehouseSql = new ComparisonSql(pair.warehouse());
    }

    private record Bucket(long rows, String sum) {}

    @Override
    public Extent compare(Consumer<Candidate> found) {
        Map<Integer, Bucket> source = buckets(databases.source(), sourceSql);
        Map<Integer, Bucket> warehouse = buckets(databases.warehouse(), warehouseSql);
        Set<Integer> all = new TreeSet<>(source.keySet());
        all.addAll(warehouse.keySet());
        List<Integer> differing = all.stream()
                .filter(bucket -> !Objects.equals(source.get(bucket), warehouse.get(bucket)))
                .toList();
        List<Integer> slice = new ArrayList<>();
        long rows = 0;
        for (int bucket : differing) {
            slice.add(bucket);
            rows += rows(source, bucket) + rows(warehouse, bucket);
            if (rows >= ROWS_AT_ONCE) {
                differing(slice).forEach(found);
                slice.clear();
                rows = 0;
            }
        }
        if (!slice.isEmpty()) {
            differing(slice).forEach(found);
        }
        long compared = source.values().stream().mapToLong(Bucket::rows).sum();
        throttle.passed(compared);
        return new Extent(compared, 1);
    }

    private static long rows(Map<Integer, Bucket> buckets, int number) {
        Bucket bucket = buckets.get(number);
        return bucket == null ? 0 : bucket.rows();
    }

    private List<Candidate> differing(List<Integer> buckets) {
        Map<List<String>, RowState> theirs = counts(databases.warehouse(), warehouseSql.groups(), List.of(buckets));
        List<Candidate> candidates = new ArrayList<>();
        databases.source().each(doing(Side.SOURCE), sourceSql.groups(), List.of(buckets), row -> {
            RowState ours = count(row);
            RowState other = Objects.requireNonNullElse(theirs.remove(digest(row)), RowState.ABSENT);
            if (!ours.hasValueOf(other)) {
                candidates.add(Candidate.first(digest(row), ours, other));
            }
        });
        theirs.forEach((digest, row) -> candidates.add(Candidate.first(digest, RowState.ABSENT, row)));
        return candidates;
    }

    private Map<Integer, Bucket> buckets(ComparedDatabase database, ComparisonSql sql) {
        Map<Integer, Bucket> buckets = new HashMap<>();
        database.each(
                doing(database.side()),
                sql.buckets(),
                List.of(),
                row -> buckets.put(row.getInt(1), new Bucket(row.getLong(2), row.getString(3))));
        return buckets;
    }

    private Map<List<String>, RowState> counts(ComparedDatabase database, String sql, List<?> bound) {
        Map<List<String>, RowState> counts = new LinkedHashMap<>();
        database.each(doing(database.side()), sql, bound, row -> counts.put(digest(row), count(row)));
        return counts;
    }

    @Override
    public Map<List<String>, RowState> look(Side side, List<List<String>> keys) {
        List<String> digests = new ArrayList<>();
        keys.forEach(digests::addAll);
        String sql = (side == Side.SOURCE ? sourceSql : warehouseSql).countsOf();
        return counts(databases.on(side), sql, List.of(digests));
    }

    private static List<String> digest(ResultSet row) throws SQLException {
        return List.of(row.getString(1));
    }

    private static RowState count(ResultSet row) throws SQLException {
        return new RowState(String.valueOf(row.getLong(2)), "");
    }

    private String doing(Side side) {
        return "reading " + pair.table() + " at the " + side;
    }
}
