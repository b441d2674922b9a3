package dev.idem.storm;

import dev.idem.testing.ServerProcess;
import dev.idem.testing.TestDirectory;
import dev.idem.testing.TestPostgres;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;

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

    /** What a pipeline of this name is told of them; its databases are made. */
    public Map<String, String> settings(String pipeline, Path directory) throws SQLException {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("idem.name", pipeline);
        settings.put("idem.data-dir", directory.resolve("data").toString());
        settings.put("source.url", source.createDatabase(pipeline));
        settings.put("source.user", source.user());
        settings.put("source.password", source.password());
        settings.put("source.heartbeat", "500ms");
        settings.put("warehouse.url", warehouse.createDatabase(pipeline));
        settings.put("warehouse.user", warehouse.user());
        settings.put("warehouse.password", warehouse.password());
        settings.put("kafka.bootstrap.servers", bootstrapServers());
        return settings;
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
