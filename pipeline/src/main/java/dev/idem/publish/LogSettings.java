package dev.idem.publish;

import java.time.Duration;
import java.util.Map;

/**
 * How the capture reaches Kafka and how it makes topics.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param client options of every client, {@code bootstrap.servers} among them
 * @param producer options of the producer alone; win over {@code client}
 * @param partitions of a table's topic when the capture makes it
 * @param replicationFactor of every topic it makes; -1 for the broker's default
 * @param retention how long a table's topic keeps events; negative for ever
 * @param limit how large an event may be
 */
public record LogSettings(
        Map<String, String> client,
        Map<String, String> producer,
        int partitions,
        short replicationFactor,
        Duration retention,
        EventLimit limit) {

    /** With the default limit. */
    public LogSettings(
            Map<String, String> client,
            Map<String, String> producer,
            int partitions,
            short replicationFactor,
            Duration retention) {
        this(client, producer, partitions, replicationFactor, retention, EventLimit.DEFAULT);
    }

    /** Copies the maps and checks the bounds. */
    public LogSettings {
        client = Map.copyOf(client);
        producer = Map.copyOf(producer);
        if (!client.containsKey("bootstrap.servers")) {
            throw new IllegalArgumentException("kafka.bootstrap.servers: missing (expected: host:port,...)");
        }
        if (partitions < 1) {
            throw new IllegalArgumentException("topic.partitions: " + partitions + " (expected: >= 1)");
        }
    }

    /** The broker that the clients ask first, for messages. */
    public String bootstrapServers() {
        return client.getOrDefault("bootstrap.servers", "");
    }
}
