package dev.idem.engine;

import dev.idem.change.TableId;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.source.SourceDatabase;
import dev.idem.source.SourceSettings;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The engine's options: those that the guarantee rests upon, and room for the user's own.
 *
 * <p><i>Threads:</i> stateless.
 */
public final class EngineOptions {

    private static final Map<String, String> FREE = Map.ofEntries(
            Map.entry("max.batch.size", "8192"),
            Map.entry("max.queue.size.in.bytes", Integer.toString(64 << 20)),
            Map.entry("poll.interval.ms", "5"),
            Map.entry("status.update.interval.ms", "5000"),
            Map.entry("executor.shutdown.timeout.ms", "1000"),
            Map.entry("record.processing.threads", "1"));

    private EngineOptions() {}

    /**
     * The options of one engine.
     *
     * @throws PipelineException of kind SETTINGS where the user's options touch what is fixed
     */
    public static Properties of(
            String pipeline, SourceSettings source, Map<String, String> chosen, Collection<TableId> tables) {
        Map<String, String> fixed = fixed(pipeline, source, tables);
        Set<String> touched = new TreeSet<>(chosen.keySet());
        // The stream's descriptions of tables come as messages, which no filter may take out.
        touched.removeIf(key -> !fixed.containsKey(key) && !key.startsWith("message.prefix."));
        if (!touched.isEmpty()) {
            throw new PipelineException(
                    ErrorKind.SETTINGS,
                    touched.stream().map(key -> "debezium.source." + key).collect(Collectors.joining(", "))
                            + ": fixed by Idem, since its guarantee rests on it (expected: left out)");
        }
        Map<String, String> all = new HashMap<>(FREE);
        all.putAll(chosen);
        all.computeIfAbsent("max.queue.size", key -> twice(all.get("max.batch.size")));
        all.putAll(fixed);
        Properties options = new Properties();
        options.putAll(all);
        return options;
    }

    /** The queue must hold more than a batch; the engine itself refuses a size that is no number. */
    private static String twice(@Nullable String batchSize) {
        try {
            return Long.toString(2 * Long.parseLong(String.valueOf(batchSize)));
        } catch (NumberFormatException e) {
            return String.valueOf(batchSize);
        }
    }

    private static Map<String, String> fixed(String pipeline, SourceSettings source, Collection<TableId> tables) {
        Map<String, String> fixed = new HashMap<>(connection(source));
        fixed.put("name", "idem-" + pipeline);
        fixed.put("connector.class", TextConnector.class.getName());
        fixed.put("topic.prefix", pipeline);
        fixed.put("plugin.name", "pgoutput");
        fixed.put(
                "table.include.list",
                NamesRegex.of(tables.stream().map(TableId::toString).toList()));
        fixed.put("publication.autocreate.mode", "disabled");
        fixed.put("slot.drop.on.stop", "false");
        // No offset is found at a start: the engine streams from the slot's confirmed position, without its own search.
        fixed.put("offset.storage", "org.apache.kafka.connect.storage.MemoryOffsetBackingStore");
        fixed.put("offset.flush.interval.ms", "500");
        fixed.put("offset.mismatch.strategy", "no_validation");
        fixed.put("lsn.flush.mode", "connector");
        fixed.put("errors.max.retries", "0");
        fixed.put("slot.max.retries", "0");
        fixed.put("snapshot.mode", "no_data");
        fixed.put("snapshot.locking.mode", "none");
        fixed.put("provide.transaction.metadata", "true");
        fixed.put("skipped.operations", "none");
        fixed.put("tombstones.on.delete", "false");
        fixed.put("extended.headers.enabled", "false");
        fixed.put("event.converting.failure.handling.mode", "fail");
        fixed.put("include.unknown.datatypes", "true");
        fixed.put("converters", "text");
        fixed.put("text.type", TextConverter.class.getName());
        fixed.put("binary.handling.mode", "bytes");
        fixed.put("heartbeat.interval.ms", "0");
        fixed.put("statistics.metrics.enabled", "false");
        return fixed;
    }

    private static Map<String, String> connection(SourceSettings source) {
        Map<String, String> options = new HashMap<>();
        source.driverOptions().forEach((name, value) -> options.put("driver." + name, value));
        options.put("database.hostname", source.host());
        options.put("database.port", Integer.toString(source.port()));
        options.put("database.dbname", source.database());
        options.put("database.user", source.user());
        options.put("database.password", source.password());
        options.put("database.initial.statements", SourceDatabase.SESSION + "; " + SourceDatabase.UNHURRIED);
        options.put("slot.name", source.slot());
        options.put("publication.name", source.publication());
        return options;
    }
}
