package dev.idem.cli;

import dev.idem.embedded.EmbeddedKafka;
import dev.idem.embedded.FileTree;
import dev.idem.embedded.KafkaBrokerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import picocli.CommandLine.Command;

/**
 * Loads the classes that every start needs and ends, so that the launcher can have the JVM archive them.
 *
 * <p>It runs what is slow to load, the broker and its clients, on a directory that it deletes.
 */
@Command(name = "warm-up", hidden = true, description = "Loads what every start loads, and ends.")
final class WarmUpCommand implements Callable<Integer> {
    private static final String TOPIC = "warm-up";

    /** Entry points of the libraries whose own start needs a server. */
    private static final List<String> LIBRARIES = List.of(
            "io.debezium.embedded.async.AsyncEmbeddedEngine",
            "io.debezium.connector.postgresql.PostgresConnector",
            "io.debezium.connector.postgresql.PostgresConnectorTask",
            "io.debezium.connector.postgresql.PostgresConnectorConfig",
            "io.debezium.connector.postgresql.PostgresStreamingChangeEventSource",
            "org.apache.kafka.connect.source.SourceRecord",
            "org.postgresql.Driver",
            "com.zaxxer.hikari.HikariDataSource",
            "org.jdbi.v3.core.Jdbi",
            "org.flywaydb.core.Flyway",
            "com.fasterxml.jackson.databind.ObjectMapper");

    @Override
    public Integer call() throws IOException {
        for (String library : LIBRARIES) {
            initialize(library);
        }
        Path directory = Files.createTempDirectory("idem-warm-up");
        try (EmbeddedKafka broker = EmbeddedKafka.start(KafkaBrokerConfig.in(directory))) {
            useClients(broker.bootstrapServers());
        } finally {
            FileTree.delete(directory);
        }
        return 0;
    }

    private static void initialize(String name) {
        try {
            Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("not in the program: " + name, e);
        }
    }

    private static void useClients(String bootstrapServers) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1)));
        }
        Map<String, Object> producing = Map.of("bootstrap.servers", bootstrapServers, "transactional.id", TOPIC);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(producing, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(TOPIC, new byte[1]));
            producer.commitTransaction();
        }
        Map<String, Object> consuming =
                Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(consuming, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition(TOPIC, 0);
            consumer.assign(List.of(partition));
            consumer.endOffsets(List.of(partition));
        }
    }
}
