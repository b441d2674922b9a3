package dev.idem.apply;

import dev.idem.change.TableId;
import dev.idem.consume.LogCoordinates;
import dev.idem.control.DeadLetter;
import dev.idem.control.DeadLetterRow;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The table {@code idem.dead_letter}: events that could not be applied, once each.
 *
 * <p>All writing happens in the caller's transaction.
 *
 * <p><i>Threads:</i> one thread.
 */
final class DeadLetters {

    private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);

    private final String pipeline;
    private final List<Runnable> untold = new ArrayList<>();

    DeadLetters(String pipeline) {
        this.pipeline = pipeline;
    }

    /** Tells what was set aside in the transaction that is now committed. */
    void committed() {
        untold.forEach(Runnable::run);
        untold.clear();
    }

    /** Forgets what a transaction set aside that is taken back. */
    void rolledBack() {
        untold.clear();
    }

    /** Sets an event aside; one that was tried again waits for nobody then. */
    void add(Handle handle, LogCoordinates at, @Nullable TableId table, @Nullable String version, String reason) {
        int rows = handle.createUpdate("""
                        insert into idem.dead_letter as letter
                          (pipeline, topic, partition, log_offset, source_schema, source_table, version, reason)
                        values (:pipeline, :topic, :partition, :offset, :schema, :table, :version, :reason)
                        on conflict (pipeline, topic, partition, log_offset) do update set
                          reason = excluded.reason,
                          attempts = letter.attempts + 1,
                          retry_requested_at = null
                        where letter.retry_requested_at is not null""")
                .bind("pipeline", pipeline)
                .bind("topic", at.topic())
                .bind("partition", at.partition())
                .bind("offset", at.offset())
                .bind("schema", table == null ? null : table.schema())
                .bind("table", table == null ? null : table.name())
                .bind("version", version)
                .bind("reason", reason)
                .execute();
        if (rows == 1) {
            untold.add(() -> LOG.error(
                    "event set aside at={} table={} version={} reason=\"{}\" remedy=\"mend the cause, then ./idem"
                            + " dead-letters retry\"",
                    at,
                    table,
                    version,
                    reason));
        }
    }

    /** Those of the events that were set aside. */
    Set<LogCoordinates> among(Handle handle, Collection<LogCoordinates> events) {
        return new HashSet<>(handle.createQuery("""
                        select letter.topic, letter.partition, letter.log_offset
                        from unnest(:topics::text[], :partitions::integer[], :offsets::bigint[])
                          as event (topic, partition, log_offset)
                        join idem.dead_letter as letter using (topic, partition, log_offset)
                        where letter.pipeline = :pipeline""")
                .bind("pipeline", pipeline)
                .bind("topics", events.stream().map(LogCoordinates::topic).toArray(String[]::new))
                .bind(
                        "partitions",
                        events.stream().map(LogCoordinates::partition).toArray(Integer[]::new))
                .bind("offsets", events.stream().map(LogCoordinates::offset).toArray(Long[]::new))
                .map((row, context) -> new LogCoordinates(row.getString(1), row.getInt(2), row.getLong(3)))
                .list());
    }

    /** Events that somebody asked to try again, the oldest versions first; those of parked tables stay waiting. */
    List<DeadLetter> requested(Handle handle, int most) {
        return handle.createQuery("""
                        select letter.*
                        from idem.dead_letter as letter
                        where letter.pipeline = :pipeline
                          and letter.retry_requested_at is not null
                          and not exists (
                            select from idem.parked as parked
                            where parked.pipeline = letter.pipeline
                              and parked.source_schema = letter.source_schema
                              and parked.source_table = letter.source_table)
                        order by letter.id
                        limit :most""")
                .bind("pipeline", pipeline)
                .bind("most", most)
                .map(DeadLetterRow::map)
                .list();
    }

    /** Removes those of the letters that were tried again and not set aside anew. */
    void removeApplied(Handle handle, Collection<DeadLetter> tried) {
        handle.createUpdate("""
                        delete from idem.dead_letter
                        where id = any (:ids::bigint[]) and retry_requested_at is not null""").bind("ids", ids(tried)).execute();
    }

    /** The letters were tried in vain. */
    void keep(Handle handle, Collection<DeadLetter> tried, String reason) {
        handle.createUpdate("""
                        update idem.dead_letter set
                          reason = :reason,
                          attempts = attempts + 1,
                          retry_requested_at = null
                        where id = any (:ids::bigint[])""").bind("ids", ids(tried)).bind("reason", reason).execute();
    }

    private static Long[] ids(Collection<DeadLetter> letters) {
        return letters.stream().map(DeadLetter::id).toArray(Long[]::new);
    }
}
