package dev.idem.embedded;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * How an embedded Kafka broker is to run.
 *
 * @param directory where its data stay
 * @param port where it listens on the loopback address; 0 for any free port
 * @param settings broker settings beyond, or instead of, ours
 */
public record KafkaBrokerConfig(Path directory, int port, Map<String, String> settings) {
    static final int NODE_ID = 1;
    static final String CONTROLLER_LISTENER = "CONTROLLER";

    /** Units: bytes. The largest record: a row of this size, or a batch of many small ones. */
    public static final int MAX_MESSAGE_BYTES = 257 << 20;

    /** Units: bytes. A segment, and a request, must take the largest record with what is around it. */
    private static final int ROOM_FOR_LARGEST_BYTES = 288 << 20;

    /* One node, one user, little memory: everything that is 1 or small here is 3 or large by default. */
    private static final Map<String, String> OURS = Map.ofEntries(
            Map.entry("process.roles", "broker,controller"),
            Map.entry("node.id", Integer.toString(NODE_ID)),
            Map.entry("controller.listener.names", CONTROLLER_LISTENER),
            Map.entry("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"),
            Map.entry("inter.broker.listener.name", "PLAINTEXT"),
            Map.entry("auto.create.topics.enable", "false"),
            Map.entry("default.replication.factor", "1"),
            Map.entry("min.insync.replicas", "1"),
            Map.entry("offsets.topic.replication.factor", "1"),
            Map.entry("offsets.topic.num.partitions", "1"),
            Map.entry("transaction.state.log.replication.factor", "1"),
            Map.entry("transaction.state.log.min.isr", "1"),
            Map.entry("transaction.state.log.num.partitions", "4"),
            Map.entry("share.coordinator.state.topic.replication.factor", "1"),
            Map.entry("share.coordinator.state.topic.min.isr", "1"),
            Map.entry("share.coordinator.state.topic.num.partitions", "1"),
            Map.entry("transaction.max.timeout.ms", "3600000"),
            Map.entry("group.initial.rebalance.delay.ms", "0"),
            Map.entry("message.max.bytes", Integer.toString(MAX_MESSAGE_BYTES)),
            Map.entry("replica.fetch.max.bytes", Integer.toString(MAX_MESSAGE_BYTES)),
            Map.entry("socket.request.max.bytes", Integer.toString(ROOM_FOR_LARGEST_BYTES)),
            Map.entry("log.segment.bytes", Integer.toString(ROOM_FOR_LARGEST_BYTES)),
            Map.entry("log.index.size.max.bytes", Integer.toString(1 << 20)),
            Map.entry("log.cleaner.threads", "1"),
            Map.entry("log.cleaner.dedupe.buffer.size", "2097152"),
            Map.entry("log.cleaner.io.buffer.size", "262144"),
            Map.entry("num.network.threads", "2"),
            Map.entry("num.io.threads", "2"),
            Map.entry("background.threads", "2"),
            Map.entry("num.recovery.threads.per.data.dir", "1"),
            Map.entry("log.message.timestamp.after.max.ms", Long.toString(Long.MAX_VALUE)),
            // A broker that was killed is let in again only when its last session is over.
            Map.entry("broker.session.timeout.ms", "3000"),
            Map.entry("broker.heartbeat.interval.ms", "500"));

    public KafkaBrokerConfig {
        directory = directory.toAbsolutePath().normalize();
        settings = Map.copyOf(settings);
    }

    /** A broker on a free port with its data in this directory. */
    public static KafkaBrokerConfig in(Path directory) {
        return new KafkaBrokerConfig(directory, 0, Map.of());
    }

    public KafkaBrokerConfig onPort(int wanted) {
        return new KafkaBrokerConfig(directory, wanted, settings);
    }

    public KafkaBrokerConfig with(Map<String, String> more) {
        Map<String, String> all = new TreeMap<>(settings);
        all.putAll(more);
        return new KafkaBrokerConfig(directory, port, all);
    }

    /** What Kafka is started with on these two ports. */
    Map<String, String> effectiveSettings(int brokerPort, int controllerPort) {
        Map<String, String> all = new TreeMap<>(OURS);
        all.put("log.dirs", directory.toString());
        all.put(
                "listeners",
                "PLAINTEXT://127.0.0.1:" + brokerPort + "," + CONTROLLER_LISTENER + "://127.0.0.1:" + controllerPort);
        all.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + brokerPort);
        all.put("controller.quorum.voters", NODE_ID + "@127.0.0.1:" + controllerPort);
        all.putAll(settings);
        return all;
    }
}
