package dev.idem.consume;

import dev.idem.change.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * Reads single records of the tables' topics by their coordinates.
 *
 * <p><i>Threads:</i> one thread, except {@link #wakeup}.
 *
 * <p><i>Fails:</i> with a {@link dev.idem.error.PipelineException} of the log's kinds.
 */
public final class EventFinder implements AutoCloseable {

    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(200);

    private final ConsumerFactory consumers;
    private final Topics topics;
    private final String clientId;
    private volatile @Nullable Opened opened;

    /** Connects to Kafka with the first search. */
    public EventFinder(ConsumerFactory consumers, Topics topics, String clientId) {
        this.consumers = consumers;
        this.topics = topics;
        this.clientId = clientId;
    }

    private record Opened(Consumer<byte[], byte[]> consumer, DefinitionLog definitions) {}

    /** The event that stands there; empty where the log does not hold it, or no longer. */
    public Optional<LogEvent> find(LogCoordinates at) {
        EventDecoder decoder = new EventDecoder(open().definitions());
        return record(at).map(record -> decoder.decode(record, EventDecoder.version(record)));
    }

    /** The record that stands there; empty where the log does not hold it, or no longer. */
    public Optional<ConsumerRecord<byte[], byte[]>> record(LogCoordinates at) {
        TopicPartition partition = new TopicPartition(at.topic(), at.partition());
        return ConsumerProperties.call("reading " + at, () -> {
            Consumer<byte[], byte[]> consumer = open().consumer();
            if (!holds(consumer, partition, at.offset())) {
                return Optional.empty();
            }
            consumer.assign(List.of(partition));
            consumer.seek(partition, at.offset());
            while (consumer.position(partition, ANSWER_TIMEOUT) <= at.offset()) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    if (record.offset() >= at.offset()) {
                        return record.offset() == at.offset() ? Optional.of(record) : Optional.empty();
                    }
                }
            }
            return Optional.empty();
        });
    }

    private static boolean holds(Consumer<byte[], byte[]> consumer, TopicPartition partition, long offset) {
        Set<TopicPartition> asked = Set.of(partition);
        try {
            Map<TopicPartition, Long> first = consumer.beginningOffsets(asked, ANSWER_TIMEOUT);
            Map<TopicPartition, Long> end = consumer.endOffsets(asked, ANSWER_TIMEOUT);
            return offset >= first.getOrDefault(partition, Long.MAX_VALUE) && offset < end.getOrDefault(partition, 0L);
        } catch (UnknownTopicOrPartitionException e) {
            return false;
        }
    }

    private Opened open() {
        Opened now = opened;
        if (now == null) {
            now = new Opened(
                    consumers.newConsumer(clientId), new DefinitionLog(consumers, topics, clientId + "-definitions"));
            opened = now;
        }
        return now;
    }

    /** Ends a waiting search with {@link ReadInterruptedException}; thread-safe. */
    public void wakeup() {
        Opened now = opened;
        if (now != null) {
            now.consumer().wakeup();
        }
    }

    @Override
    public void close() {
        Opened now = opened;
        if (now != null) {
            now.consumer().close();
            now.definitions().close();
        }
    }
}
