package dev.idem.publish;

import dev.idem.change.Topics;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The clients of a Kafka cluster, with the options that the guarantee rests on.
 *
 * <p><i>Threads:</i> one thread.
 */
final class KafkaLogClients implements LogClients {

    private static final Duration TRANSACTION_TIMEOUT = Duration.ofMinutes(15);
    private static final int LEAST_BUFFER_BYTES = 32 << 20;

    private final LogSettings settings;
    private final Topics topics;
    private final LogTopics logTopics;

    KafkaLogClients(LogSettings settings, Topics topics) {
        this.settings = settings;
        this.topics = topics;
        this.logTopics = new LogTopics(settings, topics);
    }

    @Override
    public void ensureControlTopics() {
        logTopics.ensureControl();
    }

    @Override
    public void ensureTableTopics(Collection<String> tableTopics) {
        logTopics.ensureTables(tableTopics);
    }

    @Override
    public Producer<byte[], byte[]> producer() {
        Map<String, Object> options = new HashMap<>();
        options.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        options.put(ProducerConfig.LINGER_MS_CONFIG, "5");
        options.put(ProducerConfig.BATCH_SIZE_CONFIG, Integer.toString(256 << 10));
        options.put(
                ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                Integer.toString(settings.limit().recordBytes()));
        options.put(
                ProducerConfig.BUFFER_MEMORY_CONFIG,
                Integer.toString(Math.max(LEAST_BUFFER_BYTES, settings.limit().recordBytes())));
        options.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, Long.toString(TRANSACTION_TIMEOUT.toMillis()));
        // A broker that is away shows after these, not after minutes; what was not committed comes again from the slot.
        options.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, "10000");
        options.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, "30000");
        options.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, "30000");
        // The producer asks for each topic that it has not met, and waits this long between two questions.
        options.put(ProducerConfig.RETRY_BACKOFF_MS_CONFIG, "10");
        options.putAll(settings.client());
        options.putAll(settings.producer());
        options.put(ProducerConfig.ACKS_CONFIG, "all");
        options.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        options.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "idem-" + topics.pipeline() + "-capture");
        return new KafkaProducer<>(options, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public Consumer<byte[], byte[]> consumer(IsolationLevel isolation) {
        Map<String, Object> options = new HashMap<>(settings.client());
        options.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation.toString().toLowerCase(Locale.ROOT));
        options.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        options.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        options.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        return new KafkaConsumer<>(options, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    @Override
    public String address() {
        return settings.bootstrapServers();
    }

    @Override
    public void close() {
        logTopics.close();
    }
}
