package dev.idem.publish;

import dev.idem.change.RereadRequest;
import dev.idem.change.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Brings requests to read a table anew from other processes to the capture, through the topic of the definitions.
 *
 * <p><i>Threads:</i> one thread.
 *
 * <p><i>Fails:</i> with {@link dev.idem.error.PipelineException} of the log's kinds.
 */
public final class RereadTail implements AutoCloseable {

    /** The header of the requests that ask the capture; what it writes itself has none. */
    private static final String ASKED = "idem-asked";

    private final KafkaConsumer<byte[], byte[]> consumer;

    /** Begins at an offset of the topic. */
    public RereadTail(LogSettings settings, Topics topics, long from) {
        Map<String, Object> options = new HashMap<>(settings.client());
        options.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        options.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        options.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        this.consumer = new KafkaConsumer<>(options, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        TopicPartition partition = new TopicPartition(topics.schema(), 0);
        consumer.assign(Set.of(partition));
        consumer.seek(partition, from);
    }

    /** What was asked for since the last call. */
    public List<RereadRequest> poll() {
        List<RereadRequest> requests = new ArrayList<>();
        try {
            consumer.poll(Duration.ZERO).forEach(record -> {
                boolean asked = RereadRequest.isKey(record.key())
                        && record.value() != null
                        && record.headers().lastHeader(ASKED) != null;
                if (asked) {
                    requests.add(RereadRequest.decode(record.value()));
                }
            });
        } catch (KafkaException e) {
            throw KafkaFault.of("looking for requests to read tables anew", e);
        }
        return requests;
    }

    /** Asks the capture of this pipeline, whether it runs now or later. */
    public static void ask(LogSettings settings, Topics topics, List<RereadRequest> requests) {
        Map<String, Object> options = new HashMap<>(settings.client());
        options.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, "30000");
        options.putAll(settings.producer());
        options.put(ProducerConfig.ACKS_CONFIG, "all");
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(options, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (RereadRequest request : requests) {
                ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
                        topics.schema(), 0, RereadRequest.encodeKey(request.table()), request.encode());
                record.headers().add(ASKED, "yes".getBytes(StandardCharsets.ISO_8859_1));
                producer.send(record).get();
            }
        } catch (KafkaException | java.util.concurrent.ExecutionException e) {
            throw KafkaFault.of("asking for tables to be read anew at " + settings.bootstrapServers(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw KafkaFault.of("asking", new org.apache.kafka.common.errors.InterruptException(e));
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
