package dev.idem.consume;

import dev.idem.change.MalformedEventException;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableDefinitionCodec;
import dev.idem.change.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The definitions of tables, as far as the log tells them.
 *
 * <p>A definition is written in the same Kafka transaction as the first event that names it, so where the event is
 * readable, so is the definition.
 *
 * <p><i>Threads:</i> one thread.
 */
public final class DefinitionLog implements AutoCloseable {

    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(200);

    private final Consumer<byte[], byte[]> consumer;
    private final Topics topics;
    private final TopicPartition partition;
    private final TableDefinitionCodec codec = new TableDefinitionCodec();
    private final Map<String, Map<Integer, TableDefinition>> byTopic = new HashMap<>();
    private boolean assigned;

    /** Reads nothing before it is asked. */
    public DefinitionLog(ConsumerFactory consumers, Topics topics, String clientId) {
        this.consumer = consumers.newConsumer(clientId);
        this.topics = topics;
        this.partition = new TopicPartition(topics.schema(), 0);
    }

    /**
     * The definition of that number of the table whose changes stand in {@code topic}.
     *
     * @throws MalformedEventException where the log holds no such definition
     */
    public TableDefinition find(String topic, int number) {
        TableDefinition known = known(topic, number);
        if (known == null) {
            catchUp();
            known = known(topic, number);
        }
        if (known == null) {
            throw new MalformedEventException("definition " + number + " of topic " + topic
                    + ": not in the log (expected: a record of " + topics.schema() + ')');
        }
        return known;
    }

    private @Nullable TableDefinition known(String topic, int number) {
        return byTopic.getOrDefault(topic, Map.of()).get(number);
    }

    private void catchUp() {
        ConsumerProperties.call("reading " + partition, () -> {
            if (!assigned) {
                consumer.assign(List.of(partition));
                consumer.seekToBeginning(List.of(partition));
                assigned = true;
            }
            long end = consumer.endOffsets(Set.of(partition), ANSWER_TIMEOUT).getOrDefault(partition, 0L);
            while (consumer.position(partition, ANSWER_TIMEOUT) < end) {
                consumer.poll(POLL).forEach(record -> {
                    if (record.value() != null && TableDefinitionCodec.isKey(record.key())) {
                        take(record.value());
                    }
                });
            }
            return end;
        });
    }

    private void take(byte[] value) {
        TableDefinition definition = codec.decode(value);
        byTopic.computeIfAbsent(topics.of(definition.table()), topic -> new HashMap<>())
                .put(definition.number(), definition);
    }

    @Override
    public void close() {
        consumer.close();
    }
}
