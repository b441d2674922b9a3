package dev.idem.verify;

import dev.idem.sql.ComparisonSql;
import dev.idem.sql.KeyColumn;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Compares a table with a key chunk by chunk in the key's order.
 *
 * <p>The source tells where a chunk ends; both sides tell its digest. Only where these differ are the keys and digests
 * of its rows read. The first chunk has no lower end and the last no upper one, so that rows which only the warehouse
 * has are found wherever they lie.
 *
 * <p><i>Threads:</i> one thread.
 */
final class KeyedComparison implements Comparison {

    /** Where no index serves the order, every chunk reads the whole table: fewer and larger ones then. */
    private static final int WITHOUT_INDEX = 10;

    private final Databases databases;
    private final TablePair pair;
    private final ComparisonSql sourceSql;
    private final ComparisonSql warehouseSql;
    private final int chunkRows;
    private final Throttle throttle;
    private final double share;
    private final Random random = new Random();

    KeyedComparison(Databases databases, TablePair pair, int chunkRows, Throttle throttle, double share) {
        this.throttle = throttle;
        this.share = share;
        this.databases = databases;
        this.pair = pair;
        this.sourceSql = new ComparisonSql(pair.source());
        this.warehouseSql = new ComparisonSql(pair.warehouse());
        boolean canUseIndex = pair.source().key().stream().allMatch(KeyColumn::canUseIndex);
        this.chunkRows = canUseIndex ? chunkRows : Math.multiplyExact(chunkRows, WITHOUT_INDEX);
    }

    /** The keys above {@code lower} up to {@code upper}; empty for no end. */
    private record Chunk(Optional<List<String>> lower, Optional<List<String>> upper) {
        List<String> bound() {
            List<String> bound = new ArrayList<>();
            lower.ifPresent(bound::addAll);
            upper.ifPresent(bound::addAll);
            return bound;
        }
    }

    private record ChunkDigest(long rows, String digest) {}

    @Override
    public Extent compare(Consumer<Candidate> found) {
        long rows = 0;
        long chunks = 0;
        Optional<List<String>> lower = Optional.empty();
        boolean isLast = false;
        while (!isLast) {
            Chunk chunk = new Chunk(lower, chunkEnd(lower));
            if (share == 1 || random.nextDouble() < share) {
                long passed = compare(chunk, found);
                throttle.passed(passed);
                rows += passed;
                chunks++;
            }
            lower = chunk.upper();
            isLast = lower.isEmpty();
        }
        return new Extent(rows, chunks);
    }

    private long compare(Chunk chunk, Consumer<Candidate> found) {
        ChunkDigest source = digest(databases.source(), sourceSql, chunk);
        ChunkDigest warehouse = digest(databases.warehouse(), warehouseSql, chunk);
        if (!source.equals(warehouse)) {
            Map<List<String>, RowState> ours = rows(databases.source(), sourceSql, chunk);
            Map<List<String>, RowState> theirs = rows(databases.warehouse(), warehouseSql, chunk);
            ours.forEach((key, row) -> {
                RowState other = Objects.requireNonNullElse(theirs.remove(key), RowState.ABSENT);
                if (!row.hasValueOf(other)) {
                    found.accept(Candidate.first(key, row, other));
                }
            });
            theirs.forEach((key, row) -> found.accept(Candidate.first(key, RowState.ABSENT, row)));
        }
        return source.rows();
    }

    private Optional<List<String>> chunkEnd(Optional<List<String>> lower) {
        List<Object> bound = new ArrayList<>(lower.orElse(List.of()));
        bound.add(chunkRows - 1);
        return databases
                .source()
                .list(doing(Side.SOURCE), sourceSql.chunkEnd(lower.isPresent()), bound, this::key)
                .stream()
                .findFirst();
    }

    private ChunkDigest digest(ComparedDatabase database, ComparisonSql sql, Chunk chunk) {
        return database.list(
                        doing(database.side()),
                        sql.chunkDigest(chunk.lower().isPresent(), chunk.upper().isPresent()),
                        chunk.bound(),
                        row -> new ChunkDigest(row.getLong(1), Objects.requireNonNullElse(row.getString(2), "")))
                .get(0);
    }

    private Map<List<String>, RowState> rows(ComparedDatabase database, ComparisonSql sql, Chunk chunk) {
        Map<List<String>, RowState> rows = new HashMap<>();
        database.each(
                doing(database.side()),
                sql.chunkRows(chunk.lower().isPresent(), chunk.upper().isPresent()),
                chunk.bound(),
                row -> rows.put(key(row), state(row)));
        return rows;
    }

    @Override
    public Map<List<String>, RowState> look(Side side, List<List<String>> keys) {
        Map<List<String>, RowState> rows = new HashMap<>();
        ComparedDatabase database = databases.on(side);
        ComparisonSql sql = side == Side.SOURCE ? sourceSql : warehouseSql;
        database.each(doing(side), sql.rows(), byColumn(keys), row -> rows.put(key(row), state(row)));
        return rows;
    }

    /** The keys column by column, as they are bound. */
    private List<List<String>> byColumn(List<List<String>> keys) {
        return IntStream.range(0, keyWidth())
                .mapToObj(i -> keys.stream().map(key -> key.get(i)).toList())
                .toList();
    }

    /** A look at the columns of rows; rows that one side does not have are left out. */
    Map<List<String>, ColumnLook> columns(List<List<String>> keys) {
        Map<List<String>, List<String>> digests = new HashMap<>();
        databases
                .source()
                .each(
                        doing(Side.SOURCE),
                        sourceSql.columnDigests(),
                        byColumn(keys),
                        row -> digests.put(key(row), columnDigests(row)));
        Map<List<String>, ColumnLook> looks = new HashMap<>();
        databases.warehouse().each(doing(Side.WAREHOUSE), warehouseSql.columnDigests(), byColumn(keys), row -> {
            List<String> source = digests.get(key(row));
            if (source != null) {
                looks.put(key(row), new ColumnLook(source, columnDigests(row), missing(row)));
            }
        });
        return looks;
    }

    /** The columns at these places of a look. */
    ColumnDifference difference(ColumnLook look, List<Integer> places) {
        return ColumnDifference.of(pair.source().columns(), places, look.missing());
    }

    private List<String> columnDigests(ResultSet row) throws SQLException {
        List<String> digests = new ArrayList<>();
        for (int i = 0; i < pair.source().columns().size(); i++) {
            digests.add(Objects.requireNonNullElse(row.getString(keyWidth() + 1 + i), ""));
        }
        return digests;
    }

    private List<String> missing(ResultSet row) throws SQLException {
        Array names = row.getArray(keyWidth() + 1 + pair.source().columns().size());
        return names == null ? List.of() : List.of((String[]) names.getArray());
    }

    private List<String> key(ResultSet row) throws SQLException {
        List<String> key = new ArrayList<>();
        for (int i = 1; i <= keyWidth(); i++) {
            key.add(String.valueOf(row.getString(i)));
        }
        return key;
    }

    private RowState state(ResultSet row) throws SQLException {
        return new RowState(row.getString(keyWidth() + 1), row.getString(keyWidth() + 2));
    }

    private int keyWidth() {
        return pair.source().key().size();
    }

    private String doing(Side side) {
        return "reading " + pair.table() + " at the " + side;
    }
}
