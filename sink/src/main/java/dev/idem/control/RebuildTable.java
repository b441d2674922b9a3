package dev.idem.control;

import dev.idem.change.TableId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;

/**
 * The tables {@code idem.rebuild} and {@code idem.rebuild_table}.
 *
 * <p>All writing happens in the caller's transaction.
 *
 * <p><i>Threads:</i> immutable.
 */
public final class RebuildTable {

    private final String pipeline;

    /** The tables, for that pipeline. */
    public RebuildTable(String pipeline) {
        this.pipeline = pipeline;
    }

    /** True where the control schema has all that is kept of rebuilds. */
    static boolean exists(Handle handle) {
        return handle.createQuery("select to_regclass('idem.rebuild_table') is not null")
                .mapTo(Boolean.class)
                .one();
    }

    /** Notes a new rebuild of these tables, in this order; its number. */
    long insert(Handle handle, Set<TableId> tables, boolean isDryRun) {
        long id = handle.createQuery(
                        "insert into idem.rebuild (pipeline, dry_run) values (:pipeline, :dryRun) returning id")
                .bind("pipeline", pipeline)
                .bind("dryRun", isDryRun)
                .mapTo(Long.class)
                .one();
        int place = 1;
        for (TableId table : tables) {
            at(handle.createUpdate("""
                            insert into idem.rebuild_table (rebuild, place, source_schema, source_table)
                            values (:id, :place, :schema, :table)""").bind("place", place++), id, table).execute();
        }
        return id;
    }

    /** Notes how far a table is; false where the rebuild is not running any more. */
    public boolean advance(Handle handle, long id, RebuildEntry.Part part) {
        return at(ofRunning(handle, "records = :records, seen = :seen"), id, part.table())
                        .bind("records", part.records())
                        .bind("seen", part.seen())
                        .execute()
                == 1;
    }

    /** Notes what came of a table; false where the rebuild is not running any more. */
    public boolean keep(Handle handle, long id, RebuildResult result) {
        return at(ofRunning(handle, """
                                seen = :seen,
                                from_cut = :from,
                                to_cut = :to,
                                row_count = :rows,
                                extra = :extra,
                                differing = :differing,
                                missing = :missing,
                                deletes = :deletes"""), id, result.table())
                        .bind("seen", result.seen())
                        .bind("from", result.fromCut())
                        .bind("to", result.toCut())
                        .bind("rows", result.rebuilt().rows())
                        .bind("extra", result.rebuilt().extra())
                        .bind("differing", result.rebuilt().differing())
                        .bind("missing", result.rebuilt().missing())
                        .bind("deletes", result.rebuilt().deletes())
                        .execute()
                == 1;
    }

    /** Whoever gives the rebuild up waits for this transaction, or this one finds it given up. */
    private static Update ofRunning(Handle handle, String assignments) {
        return handle.createUpdate("""
                with going as (
                  update idem.rebuild set updated_at = now(), reason = null
                  where id = :id and state = 'running'
                  returning id
                )
                update idem.rebuild_table set %s
                from going
                where rebuild = going.id and source_schema = :schema and source_table = :table""".formatted(assignments));
    }

    private static Update at(Update update, long id, TableId table) {
        return update.bind("id", id).bind("schema", table.schema()).bind("table", table.name());
    }

    /** Notes why a running rebuild waits. */
    void waits(Handle handle, long id, String reason) {
        handle.createUpdate("update idem.rebuild set reason = :reason where id = :id and state = 'running'")
                .bind("reason", reason)
                .bind("id", id)
                .execute();
    }

    /** Ends a running rebuild; false where it was not running. */
    boolean end(Handle handle, long id, ReplayRecord.State state, Optional<String> reason) {
        return handle.createUpdate("""
                                update idem.rebuild set state = :state, reason = :reason, updated_at = now()
                                where id = :id and pipeline = :pipeline and state = 'running'""")
                        .bind("state", state.name().toLowerCase(Locale.ROOT))
                        .bind("reason", reason.orElse(null))
                        .bind("id", id)
                        .bind("pipeline", pipeline)
                        .execute()
                == 1;
    }

    /** The rebuilds that are not at their end, the older ones first. */
    List<RebuildEntry> running(Handle handle) {
        return entries(handle, "state = 'running' order by id");
    }

    /** The youngest, in every state. */
    List<RebuildEntry> youngest(Handle handle, int limit) {
        return entries(handle, "true order by id desc limit " + limit);
    }

    /** One rebuild. */
    Optional<RebuildEntry> find(Handle handle, long id) {
        return entries(handle, "id = " + id).stream().findFirst();
    }

    private List<RebuildEntry> entries(Handle handle, String condition) {
        List<RebuildEntry> found = handle.createQuery("""
                        select id, state, dry_run, started_at, updated_at, reason
                        from idem.rebuild
                        where pipeline = :pipeline and\s""" + condition)
                .bind("pipeline", pipeline)
                .map((row, context) -> new RebuildEntry(
                        row.getLong(1),
                        ReplayRecord.State.valueOf(row.getString(2).toUpperCase(Locale.ROOT)),
                        row.getBoolean(3),
                        List.of(),
                        row.getObject(4, OffsetDateTime.class).toInstant(),
                        row.getObject(5, OffsetDateTime.class).toInstant(),
                        Optional.ofNullable(row.getString(6))))
                .list();
        Map<Long, List<RebuildEntry.Part>> parts =
                parts(handle, found.stream().map(RebuildEntry::id).toList());
        return found.stream()
                .map(entry -> entry.with(parts.getOrDefault(entry.id(), List.of())))
                .toList();
    }

    private static Map<Long, List<RebuildEntry.Part>> parts(Handle handle, List<Long> ids) {
        Map<Long, List<RebuildEntry.Part>> parts = new HashMap<>();
        handle.createQuery("""
                        select
                          rebuild, source_schema, source_table, records, seen, from_cut, to_cut, row_count, extra, differing,
                          missing, deletes
                        from idem.rebuild_table
                        where rebuild = any (:ids)
                        order by rebuild, place""")
                .bindArray("ids", Long.class, ids)
                .map((row, context) -> Map.entry(row.getLong(1), part(row)))
                .forEach(entry -> parts.computeIfAbsent(entry.getKey(), id -> new ArrayList<>())
                        .add(entry.getValue()));
        return parts;
    }

    private static RebuildEntry.Part part(ResultSet row) throws SQLException {
        TableId table = new TableId(row.getString(2), row.getString(3));
        long seen = row.getLong(5);
        RebuildResult result = new RebuildResult(
                table,
                row.getLong(6),
                row.getLong(7),
                seen,
                new RebuiltTable(row.getLong(8), row.getLong(9), row.getLong(10), row.getLong(11), row.getLong(12)));
        boolean isRebuilt = row.getObject(7) != null;
        return new RebuildEntry.Part(table, row.getLong(4), seen, isRebuilt ? Optional.of(result) : Optional.empty());
    }
}
