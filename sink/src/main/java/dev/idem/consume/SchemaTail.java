package dev.idem.consume;

import dev.idem.change.MalformedEventException;
import dev.idem.change.RereadRequest;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableDefinitionCodec;
import dev.idem.change.TableId;
import dev.idem.change.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Follows what the topic of the definitions tells of all tables: their names, and which of them are to be read anew.
 *
 * <p><i>Threads:</i> one thread.
 */
final class SchemaTail implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(100);
    private static final int MOST_POLLS = 20;
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);

    private final Consumer<byte[], byte[]> consumer;
    private final TopicPartition partition;
    private final TableDefinitionCodec codec = new TableDefinitionCodec();
    private final Map<String, TableDefinition> definitions = new HashMap<>();
    private final Set<String> requests = new HashSet<>();

    /** A tail that begins with the topic. */
    SchemaTail(ConsumerFactory consumers, Topics topics, String clientId) {
        this.consumer = consumers.newConsumer(clientId);
        this.partition = new TopicPartition(topics.schema(), 0);
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
    }

    /**
     * Reads on, for two seconds at the most.
     *
     * @return true where everything below the offset {@code end} was read; false where there is more, or a transaction
     *     is undecided there
     */
    boolean reach(long end) {
        return ConsumerProperties.call("reading " + partition, () -> {
            for (int i = 0; i < MOST_POLLS && consumer.position(partition, ANSWER_TIMEOUT) < end; i++) {
                consumer.poll(POLL).forEach(this::take);
            }
            return consumer.position(partition, ANSWER_TIMEOUT) >= end;
        });
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        byte @Nullable [] key = record.key();
        if (key == null) {
            return;
        }
        String text = new String(key, StandardCharsets.UTF_8);
        if (TableDefinitionCodec.isKey(key)) {
            takeDefinition(text, record.value());
        } else if (!RereadRequest.isKey(key)) {
            return;
        } else if (record.value() == null) {
            requests.remove(text);
        } else {
            requests.add(text);
        }
    }

    /** What cannot be read is passed over: an event that names it cannot be read either. */
    private void takeDefinition(String key, byte @Nullable [] value) {
        try {
            if (value != null) {
                definitions.put(key, codec.decode(value));
            }
        } catch (MalformedEventException e) {
            definitions.remove(key);
        }
    }

    /** The names of all tables that were ever told of. */
    TableNames names() {
        return new TableNames(definitions.values());
    }

    /** True where the table is to be read anew, or is being read. */
    boolean isToBeReread(TableId table) {
        return requests.contains(new String(RereadRequest.encodeKey(table), StandardCharsets.UTF_8));
    }

    /** Ends a waiting read with {@link ReadInterruptedException}; thread-safe. */
    void wakeup() {
        consumer.wakeup();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
