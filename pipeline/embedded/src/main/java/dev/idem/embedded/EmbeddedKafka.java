package dev.idem.embedded;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Kafka broker and its controller inside this process, on the loopback address, with their data in a directory.
 *
 * <p>What a producer was told is written survives a killed process, not a power cut: Kafka leaves the write to disk to
 * the operating system and trusts in replicas, of which there are none here.
 *
 * <p><i>Threads:</i> thread-safe.
 */
public final class EmbeddedKafka implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EmbeddedKafka.class);

    private final KafkaRaftServer server;
    private final DirectoryLock lock;
    private final Path directory;
    private final int port;

    private EmbeddedKafka(KafkaRaftServer server, DirectoryLock lock, Path directory, int port) {
        this.server = server;
        this.lock = lock;
        this.directory = directory;
        this.port = port;
    }

    /** Starts the broker, on what an earlier one left in the directory, and waits until it takes connections. */
    public static EmbeddedKafka start(KafkaBrokerConfig config) {
        KafkaBrokerConfig inside =
                new KafkaBrokerConfig(config.directory().resolve("data"), config.port(), config.settings());
        createDirectory(inside.directory());
        DirectoryLock lock = DirectoryLock.on(config.directory());
        try {
            int port = FreePort.lastOrAny(config.port(), config.directory());
            KafkaRaftServer server = launch(inside, port);
            log.info("Kafka started port={} directory={}", port, config.directory());
            return new EmbeddedKafka(server, lock, config.directory(), port);
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** {@code host:port}, as clients want it. */
    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    /** Stops the broker; everything is written. */
    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
        lock.close();
        log.info("Kafka stopped directory={}", directory);
    }

    private static KafkaRaftServer launch(KafkaBrokerConfig config, int port) {
        format(config);
        Map<String, String> settings = config.effectiveSettings(port, FreePort.find());
        try {
            KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(settings, false), Time.SYSTEM);
            server.startup();
            return server;
        } catch (RuntimeException e) {
            throw new EmbeddedServerException("Kafka does not start on port " + port + ": " + e.getMessage(), e);
        }
    }

    /** Gives an empty directory its cluster's identity; one that has it keeps it. */
    private static void format(KafkaBrokerConfig config) {
        if (Files.exists(config.directory().resolve("meta.properties"))) {
            return;
        }
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        try {
            new Formatter()
                    .setClusterId(Uuid.randomUuid().toString())
                    .setNodeId(KafkaBrokerConfig.NODE_ID)
                    .setDirectories(List.of(config.directory().toString()))
                    .setMetadataLogDirectory(config.directory().toString())
                    .setControllerListenerName(KafkaBrokerConfig.CONTROLLER_LISTENER)
                    .setPrintStream(new PrintStream(said, true, StandardCharsets.UTF_8))
                    .setIgnoreFormatted(true)
                    .run();
        } catch (Exception e) { // Formatter.run declares no other
            throw new EmbeddedServerException("cannot make a Kafka data directory in " + config.directory(), e);
        }
    }

    private static void createDirectory(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new EmbeddedServerException("cannot make the directory " + directory, e);
        }
    }
}
