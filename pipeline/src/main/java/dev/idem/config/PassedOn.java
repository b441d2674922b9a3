package dev.idem.config;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * Options that Idem hands on as they are to the one who understands them, except those on which its guarantee rests.
 *
 * @param prefix what stands before the option's own name
 * @param known the options there are; empty where the other side alone knows
 * @param fixed the options that nobody may set, and why
 */
record PassedOn(String prefix, Collection<String> known, Map<String, String> fixed) {
    private static final String GUARANTEE = "Idem fixes it, its guarantee rests on it";
    private static final String OURS = "Idem sets it";
    private static final Pattern SECRET =
            Pattern.compile("(?i).*(password|secret|jaas|token|credential|keystore\\.key).*");

    static final PassedOn DEBEZIUM = new PassedOn(
            "debezium.source.",
            Set.of(),
            Map.ofEntries(
                    Map.entry("connector.class", OURS),
                    Map.entry("name", OURS),
                    Map.entry("converters", OURS),
                    Map.entry("database.hostname", "set source.url"),
                    Map.entry("database.port", "set source.url"),
                    Map.entry("database.dbname", "set source.url"),
                    Map.entry("database.user", "set source.user"),
                    Map.entry("database.password", "set source.password"),
                    Map.entry("database.initial.statements", GUARANTEE),
                    Map.entry("errors.max.retries", GUARANTEE),
                    Map.entry("event.converting.failure.handling.mode", GUARANTEE),
                    Map.entry("extended.headers.enabled", OURS),
                    Map.entry("heartbeat.interval.ms", "set source.heartbeat"),
                    Map.entry("include.unknown.datatypes", GUARANTEE),
                    Map.entry("lsn.flush.mode", GUARANTEE),
                    Map.entry("offset.flush.interval.ms", GUARANTEE),
                    Map.entry("offset.mismatch.strategy", GUARANTEE),
                    Map.entry("offset.storage", GUARANTEE),
                    Map.entry("plugin.name", GUARANTEE),
                    Map.entry("provide.transaction.metadata", GUARANTEE),
                    Map.entry("publication.autocreate.mode", GUARANTEE),
                    Map.entry("publication.name", "set source.publication"),
                    Map.entry("schema.exclude.list", "set source.exclude"),
                    Map.entry("schema.include.list", "set source.tables"),
                    Map.entry("skipped.operations", GUARANTEE),
                    Map.entry("slot.drop.on.stop", GUARANTEE),
                    Map.entry("slot.max.retries", GUARANTEE),
                    Map.entry("slot.name", "set source.slot"),
                    Map.entry("snapshot.locking.mode", GUARANTEE),
                    Map.entry("snapshot.mode", GUARANTEE),
                    Map.entry("snapshot.query.mode", GUARANTEE),
                    Map.entry("statistics.metrics.enabled", OURS),
                    Map.entry("table.exclude.list", "set source.exclude"),
                    Map.entry("table.include.list", "set source.tables"),
                    Map.entry("tasks.max", OURS),
                    Map.entry("tombstones.on.delete", GUARANTEE),
                    Map.entry("topic.prefix", "set idem.name")));

    static final PassedOn PRODUCER = new PassedOn(
            "kafka.producer.",
            ProducerConfig.configNames(),
            Map.of(
                    "bootstrap.servers", "set kafka.bootstrap.servers",
                    "acks", GUARANTEE,
                    "enable.idempotence", GUARANTEE,
                    "transactional.id", GUARANTEE,
                    "key.serializer", OURS,
                    "value.serializer", OURS));

    static final PassedOn CONSUMER = new PassedOn(
            "kafka.consumer.",
            ConsumerConfig.configNames(),
            Map.of(
                    "bootstrap.servers", "set kafka.bootstrap.servers",
                    "group.id", OURS,
                    "enable.auto.commit", GUARANTEE,
                    "auto.offset.reset", GUARANTEE,
                    "isolation.level", GUARANTEE,
                    "key.deserializer", OURS,
                    "value.deserializer", OURS));

    /** For every client; an option of one client alone belongs behind that client's prefix. */
    static final PassedOn KAFKA =
            new PassedOn("kafka.", AdminClientConfig.configNames(), Map.of("bootstrap.servers", OURS));

    /** Whether a key carries this prefix and stands for an option of the other side. */
    boolean takes(String key) {
        return key.startsWith(prefix) && key.length() > prefix.length();
    }

    /** What is wrong with the option, if anything. */
    Optional<Problem> check(Given given) {
        String option = given.key().substring(prefix.length());
        String reason = fixed.get(option);
        if (reason != null) {
            return Optional.of(new Problem(given.origin(), given.key(), "not to be set: " + reason, "left out"));
        }
        if (known.isEmpty() || known.contains(option)) {
            return Optional.empty();
        }
        String nearest = NearestName.to(option, new TreeSet<>(known))
                .map(name -> prefix + name)
                .orElse("an option of that client");
        return Optional.of(new Problem(given.origin(), given.key(), "unknown option", nearest));
    }

    static boolean isSecret(String key) {
        return SECRET.matcher(key).matches();
    }
}
