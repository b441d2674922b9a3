package dev.idem.demo;

import dev.idem.change.Lsn;
import dev.idem.process.DatabaseAddress;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/**
 * A look at the warehouse from outside, as any reader has it: what is committed.
 *
 * <p><i>Threads:</i> one thread.
 */
final class WarehouseWindow implements AutoCloseable {

    /** What no transaction of the shop changes. */
    static final String MONEY =
            "select (select sum(balance) from shop.customers) + (select sum(balance) from shop.tills)";

    private final Handle handle;
    private final String pipeline;

    WarehouseWindow(DatabaseAddress warehouse, String pipeline) {
        this.handle = DemoDatabase.open(warehouse, "idem demo");
        this.pipeline = pipeline;
    }

    /**
     * The position that stands where the data is.
     *
     * @param generation rises with each start of the sink
     * @param consistent false while a snapshot is incomplete
     */
    record Position(Lsn commitLsn, long generation, boolean consistent) {}

    /** The position; empty before the sink's first start. */
    Optional<Position> position() {
        if (!exists("idem.progress")) {
            return Optional.empty();
        }
        return handle.select(
                        "select commit_lsn::text, generation, consistent from idem.progress where pipeline = ?",
                        pipeline)
                .map((row, context) -> new Position(Lsn.parse(row.getString(1)), row.getLong(2), row.getBoolean(3)))
                .findOne();
    }

    /** The sum of all balances, over two tables in one look. */
    BigDecimal money() {
        return handle.select(MONEY).mapTo(BigDecimal.class).one();
    }

    /** Whether a closing of the shop has arrived, and so everything that was committed before it. */
    boolean has(long closing) {
        return exists("shop.closings")
                && handle.select("select exists (select from shop.closings where id = ?)", closing)
                        .mapTo(Boolean.class)
                        .one();
    }

    private boolean exists(String relation) {
        return handle.select("select to_regclass(?) is not null", relation)
                .mapTo(Boolean.class)
                .one();
    }

    /**
     * What a table holds, in three numbers.
     *
     * @param rows how many rows
     * @param content a checksum of all values of all rows, without our metadata columns
     * @param places a checksum of where each row stands and which transaction wrote it: it changes with every row that
     *     is written again, even with the same values
     */
    record Fingerprint(long rows, String content, String places) {

        /** Of a table that is not there. */
        static final Fingerprint NONE = new Fingerprint(-1, "", "");

        boolean hasContentOf(Fingerprint other) {
            return rows == other.rows && content.equals(other.content);
        }
    }

    /** All replicated tables, as of one moment. */
    Map<String, Fingerprint> fingerprints() {
        return handle.inTransaction(TransactionIsolationLevel.REPEATABLE_READ, same -> {
            Map<String, Fingerprint> all = new TreeMap<>();
            columnsByTable(same).forEach((table, columns) -> all.put(table, fingerprint(same, table, columns)));
            return all;
        });
    }

    private static Map<String, List<String>> columnsByTable(Handle handle) {
        record Column(String table, String name) {}
        return handle
                .select("""
                        select c.relname, quote_ident(a.attname)
                        from pg_class c
                        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                        where c.relnamespace = ?::regnamespace and c.relkind = 'r' and not starts_with(a.attname, '_idem_')
                        order by c.relname, a.attnum""", ShopDatabase.SCHEMA)
                .map((row, context) -> new Column(row.getString(1), row.getString(2)))
                .stream()
                .collect(Collectors.groupingBy(
                        Column::table, TreeMap::new, Collectors.mapping(Column::name, Collectors.toList())));
    }

    private static Fingerprint fingerprint(Handle handle, String table, List<String> columns) {
        return handle.select("""
                        select
                          count(*),
                          coalesce(sum(hashtextextended(row(%s)::text, 0)), 0)::text,
                          coalesce(sum(hashtextextended(xmin::text || ctid::text, 0)), 0)::text
                        from shop.%s""".formatted(String.join(", ", columns), table))
                .map((row, context) -> new Fingerprint(row.getLong(1), row.getString(2), row.getString(3)))
                .one();
    }

    @Override
    public void close() {
        handle.close();
    }
}
