package dev.idem.testing;

import dev.idem.embedded.EmbeddedKafka;
import dev.idem.embedded.KafkaBrokerConfig;
import java.util.Map;

/**
 * A Kafka broker inside the test's process, which keeps its port and its data while it is stopped and started again.
 *
 * <p>For a broker that is killed see {@link ServerProcess}.
 */
public final class TestKafka implements AutoCloseable {
    private KafkaBrokerConfig config;
    private EmbeddedKafka broker;
    private boolean running = true;

    private TestKafka(KafkaBrokerConfig config) {
        this.broker = EmbeddedKafka.start(config);
        this.config = config.onPort(broker.port());
    }

    public static TestKafka start() {
        return start(Map.of());
    }

    /** With broker settings of the test's own. */
    public static TestKafka start(Map<String, String> settings) {
        return new TestKafka(KafkaBrokerConfig.in(TestDirectory.create("kafka")).with(settings));
    }

    public String bootstrapServers() {
        return broker.bootstrapServers();
    }

    /** Stops cleanly, keeping the data. */
    public void stop() {
        if (running) {
            broker.close();
            running = false;
        }
    }

    /** Starts on the same data and port, after {@link #stop} or stopping first. */
    public void restart() {
        stop();
        broker = EmbeddedKafka.start(config);
        running = true;
    }

    /** Starts again with this port as the one that it tells clients to connect to, such as a proxy's. */
    public void restartAdvertising(int port) {
        config = config.with(Map.of("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port));
        restart();
    }

    public int port() {
        return broker.port();
    }

    /** Stops it, if it runs, and deletes its data. */
    @Override
    public void close() {
        stop();
        TestDirectory.delete(config.directory());
    }
}
