package dev.idem.control;

import dev.idem.change.TableId;
import dev.idem.control.VerificationRecord.Found;
import dev.idem.control.VerificationRecord.Origin;
import dev.idem.control.VerificationRecord.Result;
import dev.idem.warehouse.LastingSession;
import dev.idem.warehouse.Warehouse;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/**
 * The warehouse's record of what comparisons found, and the comparisons that were asked for.
 *
 * <p><i>Threads:</i> one thread.
 *
 * <p><i>Fails:</i> with a {@link dev.idem.error.PipelineException} of the warehouse's kinds; the next call connects
 * again.
 */
public final class Verifications implements AutoCloseable {

    private static final int KEPT = 100;

    private static final String COLUMNS = """
            source_schema, source_table, origin, started_at, finished_at, result, share, rows, chunks, missing, extra,
            differing, incomplete, moving, differing_columns, repaired, detail""";

    private final LastingSession session;
    private final String pipeline;

    /** The record of that pipeline. */
    public Verifications(Warehouse warehouse, String pipeline) {
        this.session = new LastingSession(warehouse, handle -> {});
        this.pipeline = pipeline;
    }

    /**
     * A comparison that was asked for.
     *
     * @param id of the order
     * @param table empty for all
     * @param repair whether what differs is to be made right
     */
    public record Order(long id, Optional<TableId> table, boolean repair) {}

    /** False where the warehouse's control schema is of an older version, which has no such record. */
    public boolean isThere() {
        return session.call("looking for idem.verification", Verifications::isThere);
    }

    static boolean isThere(Handle handle) {
        return handle.createQuery("select to_regclass('idem.verification') is not null")
                .mapTo(Boolean.class)
                .one();
    }

    /** Adds to the record; the oldest of the table goes where it has enough. */
    public void add(VerificationRecord record) {
        session.call(
                "writing idem.verification",
                handle -> handle.inTransaction(same -> {
                    insert(same, record);
                    return same.createUpdate("""
                            delete from idem.verification
                            where pipeline = :pipeline and source_schema = :schema and source_table = :table
                              and id <= (
                                select id
                                from idem.verification
                                where pipeline = :pipeline and source_schema = :schema and source_table = :table
                                order by id desc
                                offset :kept limit 1
                              )""")
                            .bind("pipeline", pipeline)
                            .bind("schema", record.table().schema())
                            .bind("table", record.table().name())
                            .bind("kept", KEPT)
                            .execute();
                }));
    }

    private void insert(Handle handle, VerificationRecord record) {
        handle.createUpdate("insert into idem.verification (pipeline, " + COLUMNS + """
                        )
                        values (:pipeline, :schema, :table, :origin, :startedAt, :finishedAt, :result, :share, :rows,
                          :chunks, :missing, :extra, :differing, :incomplete, :moving, :differingColumns, :repaired,
                          :detail)""")
                .bind("pipeline", pipeline)
                .bind("schema", record.table().schema())
                .bind("table", record.table().name())
                .bind("origin", record.origin().text())
                .bind("startedAt", utc(record.startedAt()))
                .bind("finishedAt", utc(record.finishedAt()))
                .bind("result", record.result().text())
                .bind("share", record.share())
                .bind("rows", record.rows())
                .bind("chunks", record.chunks())
                .bind("missing", record.found().missing())
                .bind("extra", record.found().extra())
                .bind("differing", record.found().differing())
                .bind("incomplete", record.found().incomplete())
                .bind("moving", record.found().moving())
                .bindArray("differingColumns", String.class, record.differingColumns())
                .bind("repaired", record.repaired())
                .bind("detail", record.detail())
                .execute();
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    /** The last of each table that is followed. */
    public Map<TableId, VerificationRecord> last() {
        return session.call("reading idem.verification", handle -> last(handle, pipeline));
    }

    static Map<TableId, VerificationRecord> last(Handle handle, String pipeline) {
        Map<TableId, VerificationRecord> last = new TreeMap<>();
        handle.createQuery("select last.* from idem.target as target cross join lateral (select " + COLUMNS + """

                        from idem.verification as verification
                        where verification.pipeline = target.pipeline
                          and verification.source_schema = target.source_schema
                          and verification.source_table = target.source_table
                        order by verification.id desc
                        limit 1) as last
                        where target.pipeline = :pipeline""")
                .bind("pipeline", pipeline)
                .map((row, context) -> record(row))
                .forEach(record -> last.put(record.table(), record));
        return last;
    }

    /** The youngest first. */
    static List<VerificationRecord> youngest(Handle handle, String pipeline, int limit) {
        return handle.createQuery("select " + COLUMNS + """

                        from idem.verification
                        where pipeline = :pipeline
                        order by id desc
                        limit :limit""")
                .bind("pipeline", pipeline)
                .bind("limit", limit)
                .map((row, context) -> record(row))
                .list();
    }

    private static VerificationRecord record(ResultSet row) throws SQLException {
        Array columns = row.getArray(15);
        return new VerificationRecord(
                new TableId(row.getString(1), row.getString(2)),
                Origin.valueOf(row.getString(3).toUpperCase(Locale.ROOT)),
                row.getObject(4, OffsetDateTime.class).toInstant(),
                row.getObject(5, OffsetDateTime.class).toInstant(),
                Result.of(row.getString(6)),
                row.getDouble(7),
                row.getLong(8),
                row.getLong(9),
                new Found(row.getLong(10), row.getLong(11), row.getLong(12), row.getLong(13), row.getLong(14)),
                List.of((String[]) columns.getArray()),
                row.getLong(16),
                row.getString(17));
    }

    /** The tables that the warehouse follows. */
    public List<TableId> followed() {
        return session.call(
                "reading which tables the warehouse follows",
                handle -> handle.createQuery("""
                                select source_schema, source_table from idem.target
                                where pipeline = :pipeline
                                order by 1, 2""")
                        .bind("pipeline", pipeline)
                        .map((row, context) -> new TableId(row.getString(1), row.getString(2)))
                        .list());
    }

    /** Whether the warehouse holds no snapshot in part. */
    public boolean isConsistent() {
        return session.call(
                "reading idem.progress",
                handle -> handle.createQuery("select consistent from idem.progress where pipeline = :pipeline")
                        .bind("pipeline", pipeline)
                        .mapTo(Boolean.class)
                        .findOne()
                        .orElse(false));
    }

    /** The oldest comparison that was asked for and is not done. */
    public Optional<Order> order() {
        return session.call(
                "reading idem.verification_order",
                handle -> handle.createQuery("""
                                select id, source_schema, source_table, repair
                                from idem.verification_order
                                where pipeline = :pipeline
                                order by id
                                limit 1""")
                        .bind("pipeline", pipeline)
                        .map((row, context) -> new Order(
                                row.getLong(1),
                                row.getString(2) == null
                                        ? Optional.empty()
                                        : Optional.of(new TableId(row.getString(2), row.getString(3))),
                                row.getBoolean(4)))
                        .findOne());
    }

    /** The order is done. */
    public void done(Order order) {
        session.call(
                "writing idem.verification_order",
                handle -> handle.createUpdate("""
                                delete from idem.verification_order where pipeline = :pipeline and id = :id""")
                        .bind("pipeline", pipeline)
                        .bind("id", order.id())
                        .execute());
    }

    @Override
    public void close() {
        session.close();
    }
}
