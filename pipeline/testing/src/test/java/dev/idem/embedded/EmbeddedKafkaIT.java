package dev.idem.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.idem.testing.ServerProcess;
import dev.idem.testing.TestDirectory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EmbeddedKafkaIT {
    private static final TopicPartition KEPT = new TopicPartition("kept", 0);

    private final Path directory = TestDirectory.create("embedded-kafka");

    @AfterEach
    void deleteData() {
        TestDirectory.delete(directory);
    }

    @Test
    void committed_transactions_outlive_a_restart() throws Exception {
        try (EmbeddedKafka broker = EmbeddedKafka.start(KafkaBrokerConfig.in(directory))) {
            createTopic(broker.bootstrapServers());
            sendInTransaction(broker.bootstrapServers(), "a", "b");
        }

        try (EmbeddedKafka broker = EmbeddedKafka.start(KafkaBrokerConfig.in(directory))) {
            assertThat(read(broker.bootstrapServers(), 2)).containsExactly("a", "b");
        }
    }

    @Test
    void committed_transactions_outlive_a_killed_process() throws Exception {
        ServerProcess process = ServerProcess.kafka(directory, 0);
        createTopic(process.bootstrapServers());
        sendInTransaction(process.bootstrapServers(), "a", "b");
        process.kill();

        try (EmbeddedKafka broker = EmbeddedKafka.start(KafkaBrokerConfig.in(directory))) {
            assertThat(broker.bootstrapServers()).isEqualTo(process.bootstrapServers());
            sendInTransaction(broker.bootstrapServers(), "c");

            assertThat(read(broker.bootstrapServers(), 3)).containsExactly("a", "b", "c");
        }
    }

    @Test
    void record_of_many_megabytes_is_taken() throws Exception {
        String large = "x".repeat(40 << 20);
        try (EmbeddedKafka broker = EmbeddedKafka.start(KafkaBrokerConfig.in(directory))) {
            createTopic(broker.bootstrapServers());
            sendInTransaction(broker.bootstrapServers(), large);

            assertThat(read(broker.bootstrapServers(), 1)).singleElement().isEqualTo(large);
        }
    }

    @Test
    void directory_in_use_is_refused_by_name() {
        try (EmbeddedKafka broker = EmbeddedKafka.start(KafkaBrokerConfig.in(directory))) {
            assertThatThrownBy(() -> EmbeddedKafka.start(KafkaBrokerConfig.in(directory)))
                    .isInstanceOf(EmbeddedServerException.class)
                    .hasMessageContaining(directory.toString());
            assertThat(broker.port()).isPositive();
        }
    }

    private static void createTopic(String bootstrapServers) throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            admin.createTopics(List.of(new NewTopic(KEPT.topic(), Optional.of(1), Optional.empty())))
                    .all()
                    .get();
        }
    }

    private static void sendInTransaction(String bootstrapServers, String... values) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", bootstrapServers);
        settings.put("transactional.id", "test");
        settings.put("max.request.size", KafkaBrokerConfig.MAX_MESSAGE_BYTES);
        settings.put("buffer.memory", 2L * KafkaBrokerConfig.MAX_MESSAGE_BYTES);
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            for (String value : values) {
                producer.send(new ProducerRecord<>(KEPT.topic(), value));
            }
            producer.commitTransaction();
        }
    }

    private static List<String> read(String bootstrapServers, int count) {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed");
        List<String> values = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(KEPT));
            consumer.seekToBeginning(List.of(KEPT));
            long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            while (values.size() < count && System.nanoTime() < deadline) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) {
                    values.add(record.value());
                }
            }
        }
        return values;
    }
}
