package dev.idem.storm;

import dev.idem.testing.ServerProcess;
import dev.idem.testing.TestDirectory;
import dev.idem.testing.TestPostgres;
import java.nio.file.Path;

/** Two PostgreSQL servers and a broker in a JVM of its own; Idem starts none of them. */
public final class StormServers implements AutoCloseable {

    private final Path kafkaDirectory = TestDirectory.create("storm-kafka");
    private final TestPostgres source;
    private final TestPostgres warehouse;
    private ServerProcess kafka;

    private StormServers() {
        this.source = TestPostgres.start();
        this.warehouse = TestPostgres.start();
        this.kafka = ServerProcess.kafka(kafkaDirectory, 0);
    }

    public static StormServers start() {
        return new StormServers();
    }

    public TestPostgres source() {
        return source;
    }

    public TestPostgres warehouse() {
        return warehouse;
    }

    public String bootstrapServers() {
        return kafka.bootstrapServers();
    }

    void killKafka() {
        kafka.kill();
    }

    /** It answers nobody until {@link #thawKafka}. */
    void freezeKafka() {
        kafka.freeze();
    }

    void thawKafka() {
        kafka.thaw();
    }

    /** On the same data and port. */
    void startKafkaAgain() {
        kafka = ServerProcess.kafka(kafkaDirectory, kafka.port());
    }

    @Override
    public void close() {
        kafka.kill();
        TestDirectory.delete(kafkaDirectory);
        warehouse.close();
        source.close();
    }
}
