package dev.idem.apply;

import dev.idem.change.TableId;
import dev.idem.warehouse.Progress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.Update;

/**
 * The table {@code idem.parked}: tables that could not go on and wait in the log.
 *
 * <p>All writing happens in the caller's transaction. After a rollback {@link #load} must be called again.
 *
 * <p><i>Threads:</i> one thread.
 */
final class ParkedTables {

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(10);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);
    private static final int MOST_DOUBLINGS = 5;

    private final String pipeline;
    private final Map<TableId, ParkedTable> tables = new HashMap<>();

    ParkedTables(String pipeline) {
        this.pipeline = pipeline;
    }

    /** Reads what the warehouse holds, in place of what is remembered. */
    void load(Handle handle) {
        tables.clear();
        read(handle, "").forEach((table, parked) -> tables.put(table, parked));
    }

    /** The table whose time to be tried again has come first. */
    Optional<ParkedTable> due(Handle handle) {
        return read(handle, " and retry_at <= now() order by retry_at limit 1").values().stream()
                .findFirst();
    }

    private Map<TableId, ParkedTable> read(Handle handle, String condition) {
        Map<TableId, ParkedTable> found = new HashMap<>();
        try (Query query = handle.createQuery("""
                select source_schema, source_table, cut, log_offset, attempts
                from idem.parked
                where pipeline = :pipeline""" + condition)) {
            query.bind("pipeline", pipeline)
                    .map((row, context) -> new ParkedTable(
                            new TableId(row.getString(1), row.getString(2)),
                            row.getLong(3),
                            row.getLong(4),
                            row.getInt(5)))
                    .forEach(parked -> found.put(parked.table(), parked));
        }
        return found;
    }

    boolean contains(TableId table) {
        return tables.containsKey(table);
    }

    /** The tables that wait. */
    Set<TableId> names() {
        return Set.copyOf(tables.keySet());
    }

    boolean isEmpty() {
        return tables.isEmpty();
    }

    /** Parks a table behind the position, or, where it waits already, notes that it was tried in vain. */
    void park(Handle handle, TableId table, Progress behind, String reason) {
        ParkedTable known = tables.get(table);
        int attempts = known == null ? 0 : known.attempts() + 1;
        execute(
                handle.createUpdate("""
                        insert into idem.parked as parked
                          (pipeline, source_schema, source_table, cut, log_offset, reason, attempts, retry_at)
                        values
                          (:pipeline, :schema, :table, :cut, :offset, :reason, :attempts, now() + :seconds * interval '1 s')
                        on conflict (pipeline, source_schema, source_table) do update set
                          reason = excluded.reason,
                          attempts = excluded.attempts,
                          retry_at = excluded.retry_at""")
                        .bind("cut", behind.cut())
                        .bind("offset", behind.logOffset())
                        .bind("reason", reason)
                        .bind("attempts", attempts)
                        .bind("seconds", pause(attempts).toSeconds()),
                table);
        tables.put(
                table,
                known == null
                        ? new ParkedTable(table, behind.cut(), behind.logOffset(), 0)
                        : new ParkedTable(table, known.cut(), known.logOffset(), attempts));
    }

    /** Parks a table because a person asked for it: it is not tried again before a person asks for that. */
    void hold(Handle handle, TableId table, Progress behind) {
        if (!contains(table)) {
            park(handle, table, behind, "paused by a person");
        }
        execute(handle.createUpdate("""
                        update idem.parked set retry_at = 'infinity'
                        where pipeline = :pipeline and source_schema = :schema and source_table = :table"""), table);
    }

    /** The pause before the next attempt: growing, with a bound. */
    static Duration pause(int attempts) {
        Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(attempts, MOST_DOUBLINGS));
        return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
    }

    /** The table has read up to here; it is due again at once. */
    void advance(Handle handle, TableId table, long cut, long logOffset) {
        execute(handle.createUpdate("""
                        update idem.parked set cut = :cut, log_offset = :offset, retry_at = now()
                        where pipeline = :pipeline and source_schema = :schema and source_table = :table""").bind("cut", cut).bind("offset", logOffset), table);
        tables.computeIfPresent(table, (id, was) -> new ParkedTable(id, cut, logOffset, was.attempts()));
    }

    /** The table follows again. */
    void remove(Handle handle, TableId table) {
        execute(handle.createUpdate("""
                        delete from idem.parked
                        where pipeline = :pipeline and source_schema = :schema and source_table = :table"""), table);
        tables.remove(table);
    }

    /** A replay from {@code cut} on leaves the waiting tables out, so that they read it themselves. */
    void rewind(Handle handle, long cut, long logOffset) {
        handle.createUpdate("""
                        update idem.parked set cut = :cut, log_offset = :offset
                        where pipeline = :pipeline and cut > :cut""")
                .bind("pipeline", pipeline)
                .bind("cut", cut)
                .bind("offset", logOffset)
                .execute();
        load(handle);
    }

    private void execute(Update update, TableId table) {
        update.bind("pipeline", pipeline)
                .bind("schema", table.schema())
                .bind("table", table.name())
                .execute();
    }
}
