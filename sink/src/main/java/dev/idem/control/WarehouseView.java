package dev.idem.control;

import dev.idem.change.Lsn;
import dev.idem.change.TableId;
import dev.idem.change.Version;
import dev.idem.control.TableStates.TableState;
import dev.idem.warehouse.LastingSession;
import dev.idem.warehouse.Warehouse;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/**
 * What the warehouse says of a pipeline, for those who watch it. Reads only, on a session of its own.
 *
 * <p><i>Threads:</i> one thread.
 *
 * <p><i>Fails:</i> with a {@link dev.idem.error.PipelineException} of the warehouse's kinds; the next call connects
 * again.
 */
public final class WarehouseView implements AutoCloseable {

    private static final int STATEMENT_TIMEOUT_MS = 10_000;

    private final LastingSession session;
    private final String pipeline;

    /** A view that is not yet connected. */
    public WarehouseView(Warehouse warehouse, String pipeline) {
        this.session = new LastingSession(
                warehouse, handle -> handle.execute("set statement_timeout = " + STATEMENT_TIMEOUT_MS));
        this.pipeline = pipeline;
    }

    /**
     * What stood there at one moment.
     *
     * @param position empty where the pipeline was never applied here
     * @param tables all tables, in the order of their names
     * @param tombstones by table the deletes that are remembered
     * @param isPaused true where a person asked that nothing is applied
     * @param pausedTables those that a person asked to wait
     * @param deadLetters how many events were set aside
     * @param lastDeadLetter when the last of them was
     * @param verifications the last comparison with the source of each table that had one
     */
    public record Reading(
            Optional<Position> position,
            List<TableState> tables,
            Map<TableId, Tombstones> tombstones,
            boolean isPaused,
            Set<TableId> pausedTables,
            long deadLetters,
            Optional<Instant> lastDeadLetter,
            Map<TableId, VerificationRecord> verifications) {

        /** Nothing there. */
        static final Reading EMPTY =
                new Reading(Optional.empty(), List.of(), Map.of(), false, Set.of(), 0, Optional.empty(), Map.of());
    }

    /**
     * The deletes of a table that are remembered, so that nothing of the log undoes them.
     *
     * @param kept how many there are, as PostgreSQL's statistics estimate it
     * @param purged how many were forgotten so far
     * @param below those below this version are forgotten; empty where none were
     * @param waits why none can be forgotten at present; empty where nothing stands in the way
     */
    public record Tombstones(long kept, long purged, Optional<Version> below, Optional<String> waits) {}

    /**
     * The row of {@code idem.progress}.
     *
     * @param commitTime of the last transaction applied, by the source's clock
     * @param appliedAt when the last cut was applied
     */
    public record Position(
            int epoch,
            Lsn commitLsn,
            Optional<Instant> commitTime,
            long cut,
            boolean isConsistent,
            long events,
            Instant appliedAt) {}

    /** Reads everything but the dead letters themselves, in one transaction. */
    public Reading read() {
        return read("reading the state of the warehouse", handle -> isMade(handle) ? reading(handle) : Reading.EMPTY);
    }

    /** The youngest dead letters. */
    public List<DeadLetter> deadLetters(int limit) {
        return read("reading idem.dead_letter", handle -> isMade(handle) ? letters(handle, limit) : List.of());
    }

    /** The youngest comparisons with the source. */
    public List<VerificationRecord> verifications(int limit) {
        return read(
                "reading idem.verification",
                handle -> Verifications.isThere(handle) ? Verifications.youngest(handle, pipeline, limit) : List.of());
    }

    /** The youngest replays. */
    public List<ReplayEntry> replays(int limit) {
        return read(
                "reading idem.replay",
                handle -> ReplayTable.exists(handle) ? new ReplayTable(pipeline).youngest(handle, limit) : List.of());
    }

    /** One replay. */
    public Optional<ReplayEntry> replay(long id) {
        return read(
                "reading idem.replay",
                handle -> ReplayTable.exists(handle) ? new ReplayTable(pipeline).entry(handle, id) : Optional.empty());
    }

    /** The youngest rebuilds that were asked for. */
    public List<RebuildEntry> rebuilds(int limit) {
        return read(
                "reading idem.rebuild",
                handle -> RebuildTable.exists(handle) ? new RebuildTable(pipeline).youngest(handle, limit) : List.of());
    }

    /** One rebuild that was asked for. */
    public Optional<RebuildEntry> rebuild(long id) {
        return read(
                "reading idem.rebuild",
                handle -> RebuildTable.exists(handle) ? new RebuildTable(pipeline).find(handle, id) : Optional.empty());
    }

    private static boolean isMade(Handle handle) {
        return handle.createQuery("select to_regclass('idem.tombstone_purge') is not null")
                .mapTo(Boolean.class)
                .one();
    }

    private Reading reading(Handle handle) {
        List<Letters> letters = handle.createQuery("""
                        select count(*), max(created_at) from idem.dead_letter where pipeline = :pipeline""")
                .bind("pipeline", pipeline)
                .map((row, context) -> new Letters(row.getLong(1), instant(row, 2)))
                .list();
        return new Reading(
                position(handle),
                TableStates.all(handle, pipeline),
                tombstones(handle),
                !handle.createQuery("select 1 from idem.paused where pipeline = :pipeline")
                        .bind("pipeline", pipeline)
                        .mapTo(Integer.class)
                        .list()
                        .isEmpty(),
                new HashSet<>(handle.createQuery("""
                                select source_schema, source_table from idem.paused_table where pipeline = :pipeline""")
                        .bind("pipeline", pipeline)
                        .map((row, context) -> new TableId(row.getString(1), row.getString(2)))
                        .list()),
                letters.get(0).count(),
                letters.get(0).last(),
                Verifications.isThere(handle) ? Verifications.last(handle, pipeline) : Map.of());
    }

    private Map<TableId, Tombstones> tombstones(Handle handle) {
        Map<TableId, Tombstones> found = new HashMap<>();
        handle.createQuery("""
                        select
                          target.source_schema,
                          target.source_table,
                          coalesce(statistics.n_live_tup, 0),
                          coalesce(purge.purged, 0),
                          coalesce(purge.below_epoch, 0),
                          coalesce(purge.below_lsn, '0/0')::text,
                          coalesce(purge.below_seq, 0),
                          purge.waits
                        from idem.target as target
                        left join idem.tombstone_purge as purge on purge.target = target.id
                        left join pg_stat_all_tables as statistics
                          on statistics.schemaname = 'idem' and statistics.relname = 'tombstone_' || target.id
                        where target.pipeline = :pipeline""")
                .bind("pipeline", pipeline)
                .map((row, context) -> Map.entry(
                        new TableId(row.getString(1), row.getString(2)),
                        new Tombstones(
                                row.getLong(3),
                                row.getLong(4),
                                Optional.of(new Version(row.getInt(5), Lsn.parse(row.getString(6)), row.getLong(7)))
                                        .filter(below -> below.epoch() > 0),
                                Optional.ofNullable(row.getString(8)))))
                .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
        return found;
    }

    private record Letters(long count, Optional<Instant> last) {}

    private Optional<Position> position(Handle handle) {
        return handle.createQuery("""
                        select epoch, commit_lsn::text, commit_ts, cut, consistent, events, applied_at
                        from idem.progress
                        where pipeline = :pipeline""")
                .bind("pipeline", pipeline)
                .map((row, context) -> new Position(
                        row.getInt(1),
                        Lsn.parse(row.getString(2)),
                        instant(row, 3),
                        row.getLong(4),
                        row.getBoolean(5),
                        row.getLong(6),
                        row.getObject(7, OffsetDateTime.class).toInstant()))
                .findOne();
    }

    private List<DeadLetter> letters(Handle handle, int limit) {
        return handle.createQuery("""
                        select * from idem.dead_letter
                        where pipeline = :pipeline
                        order by id desc
                        limit :limit""")
                .bind("pipeline", pipeline)
                .bind("limit", limit)
                .map(DeadLetterRow::map)
                .list();
    }

    private static Optional<Instant> instant(ResultSet row, int column) throws SQLException {
        return Optional.ofNullable(row.getObject(column, OffsetDateTime.class)).map(OffsetDateTime::toInstant);
    }

    private <T> T read(String what, Function<Handle, T> reading) {
        return session.call(what, handle -> handle.inTransaction(reading::apply));
    }

    @Override
    public void close() {
        session.close();
    }
}
