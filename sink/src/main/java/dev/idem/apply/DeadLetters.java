package dev.idem.apply;

import dev.idem.change.TableId;
import dev.idem.consume.LogCoordinates;
import java.util.ArrayList;
import java.util.List;
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

    /** Sets an event aside. */
    void add(Handle handle, LogCoordinates at, @Nullable TableId table, @Nullable String version, String reason) {
        int rows = handle.createUpdate("""
                        insert into idem.dead_letter
                          (pipeline, topic, partition, log_offset, source_schema, source_table, version, reason)
                        values (:pipeline, :topic, :partition, :offset, :schema, :table, :version, :reason)
                        on conflict (pipeline, topic, partition, log_offset) do nothing""")
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
                    "event set aside at={} table={} version={} reason=\"{}\" remedy=\"see idem.dead_letter\"",
                    at,
                    table,
                    version,
                    reason));
        }
    }
}
