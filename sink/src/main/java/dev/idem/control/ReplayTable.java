package dev.idem.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.idem.change.TableId;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;

/**
 * The tables {@code idem.replay} and {@code idem.replay_table}.
 *
 * <p>All writing happens in the caller's transaction.
 *
 * <p><i>Threads:</i> immutable.
 */
public final class ReplayTable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String pipeline;

    /** The replays of that pipeline. */
    public ReplayTable(String pipeline) {
        this.pipeline = pipeline;
    }

    /** True where the control schema has all that is kept of replays. */
    static boolean exists(Handle handle) {
        return handle.createQuery("select to_regclass('idem.replay_order') is not null")
                .mapTo(Boolean.class)
                .one();
    }

    /**
     * Fails where the control schema is an older version's.
     *
     * @throws PipelineException {@link ErrorKind#CONTROL_SCHEMA}
     */
    public static void require(Handle handle) {
        if (!exists(handle)) {
            throw new PipelineException(
                    ErrorKind.CONTROL_SCHEMA,
                    "the warehouse has no table idem.replay (expected: the control schema of this version). Remedy:"
                            + " start ./idem run of this version once");
        }
    }

    /** Notes a new replay; its number. */
    public long insert(Handle handle, ReplayRecord replay) {
        long id = handle.createQuery("""
                        insert into idem.replay (pipeline, request, from_cut, to_cut, events, log_offset, partly)
                        values (:pipeline, :request, :from, :to, :events, :offset, :partly::jsonb)
                        returning id""")
                .bind("pipeline", pipeline)
                .bind("request", replay.request())
                .bind("from", replay.fromCut())
                .bind("to", replay.toCut())
                .bind("events", replay.events())
                .bind("offset", replay.cursor().logOffset())
                .bind("partly", json(replay.cursor().partly()))
                .mapTo(Long.class)
                .one();
        replay.tables().forEach((table, count) -> add(handle, id, table, count));
        return id;
    }

    /** Adds what came of a table. */
    public void add(Handle handle, long id, TableId table, ReplayCount count) {
        handle.createUpdate("""
                        insert into idem.replay_table as known
                          (replay, source_schema, source_table, seen, changed, refused, left_out)
                        values (:id, :schema, :table, :seen, :changed, :refused, :leftOut)
                        on conflict (replay, source_schema, source_table) do update set
                          seen = known.seen + excluded.seen,
                          changed = known.changed + excluded.changed,
                          refused = known.refused + excluded.refused,
                          left_out = coalesce(excluded.left_out, known.left_out)""")
                .bind("id", id)
                .bind("schema", table.schema())
                .bind("table", table.name())
                .bind("seen", count.seen())
                .bind("changed", count.changed())
                .bind("refused", count.refused())
                .bind("leftOut", count.leftOut())
                .execute();
    }

    /** Moves a replay on; false where it is not running any more. */
    public boolean advance(Handle handle, long id, ReplayCursor cursor, long seen) {
        return handle.createUpdate("""
                                update idem.replay set
                                  log_offset = :offset,
                                  partly = :partly::jsonb,
                                  seen = seen + :seen,
                                  updated_at = now()
                                where id = :id and state = 'running'""")
                        .bind("offset", cursor.logOffset())
                        .bind("partly", json(cursor.partly()))
                        .bind("seen", seen)
                        .bind("id", id)
                        .execute()
                == 1;
    }

    /** Ends a running replay; false where it was not running. */
    public boolean end(Handle handle, long id, ReplayRecord.State state) {
        return handle.createUpdate("""
                                update idem.replay set state = :state, updated_at = now()
                                where id = :id and pipeline = :pipeline and state = 'running'""")
                        .bind("state", state.name().toLowerCase(Locale.ROOT))
                        .bind("id", id)
                        .bind("pipeline", pipeline)
                        .execute()
                == 1;
    }

    /** The replays that are not at their end, the older ones first. */
    public List<ReplayRecord> running(Handle handle) {
        return read(handle, "state = 'running'");
    }

    /** Those of them that apply what they read. */
    public List<ReplayRecord> applying(Handle handle) {
        return read(
                handle,
                "state = 'running' and not exists (select from idem.replay_order where replay = id and dry_run)");
    }

    /** Why no replay of these tables can begin: one of them is in a replay that is not at its end. */
    public Optional<String> obstacle(Handle handle, Set<TableId> tables) {
        for (ReplayRecord other : running(handle)) {
            Set<TableId> both = new TreeSet<>(tables);
            both.retainAll(other.tables().keySet());
            if (!both.isEmpty()) {
                boolean abandoned = claim(handle, other.id());
                if (abandoned) {
                    release(handle, other.id());
                }
                return Optional.of(inReplay(other, both, abandoned));
            }
        }
        return Optional.empty();
    }

    /** Says that tables are in a replay, and what can be done about it. */
    public static String inReplay(ReplayRecord other, Set<TableId> tables, boolean abandoned) {
        return "replay " + other.id() + " (" + other.request() + ") of " + tables + " is "
                + (abandoned ? "not at its end and nobody works on it" : "going on")
                + " (expected: one replay of a table at a time). Remedy: "
                + (abandoned ? "./idem replay --resume, or" : "wait for its end, or")
                + " ./idem replay --cancel " + other.id();
    }

    /** One replay. */
    public Optional<ReplayRecord> find(Handle handle, long id) {
        return entry(handle, id).map(ReplayEntry::replay);
    }

    /** One replay with its order. */
    Optional<ReplayEntry> entry(Handle handle, long id) {
        return entries(handle, "id = " + id).stream().findFirst();
    }

    private List<ReplayRecord> read(Handle handle, String condition) {
        return entries(handle, condition).stream().map(ReplayEntry::replay).toList();
    }

    /** The youngest, in every state. */
    List<ReplayEntry> youngest(Handle handle, int limit) {
        List<ReplayEntry> found = new ArrayList<>(entries(
                handle,
                "id in (select id from idem.replay where pipeline = :pipeline order by id desc limit " + limit + ")"));
        Collections.reverse(found);
        return found;
    }

    /** Those that are to be carried out by the running process, the older ones first. */
    List<ReplayEntry> ordered(Handle handle) {
        return entries(handle, "state = 'running' and replay_order.replay is not null");
    }

    private List<ReplayEntry> entries(Handle handle, String condition) {
        List<ReplayEntry> found = handle.createQuery("""
                        select
                          id, request, state, from_cut, to_cut, events, seen, log_offset, partly::text, started_at,
                          updated_at, coalesce(dry_run, false), events_per_second, failure
                        from idem.replay
                        left join idem.replay_order on replay_order.replay = replay.id
                        where pipeline = :pipeline and %s
                        order by id""".formatted(condition))
                .bind("pipeline", pipeline)
                .map((row, context) -> entry(row))
                .list();
        if (found.isEmpty()) {
            return found;
        }
        Map<Long, Map<TableId, ReplayCount>> tables = tables(handle, found);
        return found.stream()
                .map(entry -> entry.with(tables.getOrDefault(entry.replay().id(), Map.of())))
                .toList();
    }

    private static ReplayEntry entry(ResultSet row) throws SQLException {
        ReplayRecord replay = new ReplayRecord(
                row.getLong(1),
                row.getString(2),
                ReplayRecord.State.valueOf(row.getString(3).toUpperCase(Locale.ROOT)),
                row.getLong(4),
                row.getLong(5),
                row.getLong(6),
                row.getLong(7),
                new ReplayCursor(row.getLong(8), partly(row.getString(9))),
                Map.of());
        long rate = row.getLong(13);
        return new ReplayEntry(
                replay,
                new ReplayEntry.Terms(row.getBoolean(12), rate == 0 ? OptionalLong.empty() : OptionalLong.of(rate)),
                row.getObject(10, OffsetDateTime.class).toInstant(),
                row.getObject(11, OffsetDateTime.class).toInstant(),
                Optional.ofNullable(row.getString(14)));
    }

    private static Map<Long, Map<TableId, ReplayCount>> tables(Handle handle, List<ReplayEntry> replays) {
        Map<Long, Map<TableId, ReplayCount>> tables = new HashMap<>();
        handle.createQuery("""
                        select replay, source_schema, source_table, seen, changed, refused, left_out
                        from idem.replay_table
                        where replay = any (:ids)""")
                .bindArray(
                        "ids",
                        Long.class,
                        replays.stream().map(entry -> entry.replay().id()).toList())
                .map((row, context) -> Map.entry(
                        row.getLong(1),
                        Map.entry(
                                new TableId(row.getString(2), row.getString(3)),
                                new ReplayCount(row.getLong(4), row.getLong(5), row.getLong(6), row.getString(7)))))
                .forEach(entry -> tables.computeIfAbsent(entry.getKey(), id -> new HashMap<>())
                        .put(entry.getValue().getKey(), entry.getValue().getValue()));
        return tables;
    }

    private static String json(Map<String, Map<Integer, Long>> partly) {
        try {
            return JSON.writeValueAsString(partly);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("offsets as JSON", e);
        }
    }

    private static Map<String, Map<Integer, Long>> partly(String text) {
        try {
            return JSON.readValue(text, new TypeReference<>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("idem.replay.partly: not readable", e);
        }
    }

    /** Becomes the one who works on a replay, as long as the session lasts; false where somebody else does. */
    public static boolean claim(Handle handle, long id) {
        return handle.createQuery("select pg_try_advisory_lock(hashtextextended('idem replay ' || :id, 0))")
                .bind("id", id)
                .mapTo(Boolean.class)
                .one();
    }

    /** Gives up a {@link #claim}. */
    static void release(Handle handle, long id) {
        handle.createQuery("select pg_advisory_unlock(hashtextextended('idem replay ' || :id, 0))")
                .bind("id", id)
                .mapTo(Boolean.class)
                .one();
    }
}
