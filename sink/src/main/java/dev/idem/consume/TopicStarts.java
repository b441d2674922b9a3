package dev.idem.consume;

import dev.idem.change.Version;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/**
 * The version of the first event that each partition of the tables' topics still holds.
 *
 * <p>A first event is read once: as long as its offset is not below the partition's beginning it stays the first.
 *
 * <p><i>Threads:</i> one thread.
 *
 * <p><i>Fails:</i> with a {@link PipelineException} of the log's kinds.
 */
final class TopicStarts implements AutoCloseable {

    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration SILENCE = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(100);

    private final Consumer<byte[], byte[]> consumer;
    private final Map<TopicPartition, Start> known = new HashMap<>();

    private record Start(long offset, Version version) {}

    TopicStarts(ConsumerFactory consumers, String clientId) {
        this.consumer = consumers.newConsumer(clientId);
    }

    /** The partitions of those of the topics that exist. */
    Set<TopicPartition> partitions(Collection<String> topics) {
        return ConsumerProperties.call("reading topics", () -> {
            Map<String, List<PartitionInfo>> existing = consumer.listTopics(ANSWER_TIMEOUT);
            Set<TopicPartition> found = new HashSet<>();
            topics.forEach(topic -> existing.getOrDefault(topic, List.of())
                    .forEach(info -> found.add(new TopicPartition(topic, info.partition()))));
            return found;
        });
    }

    /** The first versions of some partitions; those that hold no committed event are left out. */
    Map<TopicPartition, Version> of(Set<TopicPartition> partitions) {
        return ConsumerProperties.call("reading the first events of " + partitions, () -> {
            Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(partitions, ANSWER_TIMEOUT);
            known.entrySet()
                    .removeIf(entry -> beginnings.getOrDefault(entry.getKey(), 0L)
                            > entry.getValue().offset());
            Set<TopicPartition> unknown = new HashSet<>(partitions);
            unknown.removeAll(known.keySet());
            if (!unknown.isEmpty()) {
                read(unknown, beginnings);
            }
            Map<TopicPartition, Version> versions = new HashMap<>();
            partitions.stream()
                    .filter(known::containsKey)
                    .forEach(partition -> versions.put(
                            partition,
                            Objects.requireNonNull(known.get(partition)).version()));
            return versions;
        });
    }

    private void read(Set<TopicPartition> partitions, Map<TopicPartition, Long> beginnings) {
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, ANSWER_TIMEOUT);
        consumer.assign(partitions);
        consumer.resume(partitions);
        partitions.forEach(partition -> consumer.seek(partition, beginnings.getOrDefault(partition, 0L)));
        Set<TopicPartition> left = new HashSet<>(partitions);
        long silentSince = System.nanoTime();
        while (true) {
            left.removeIf(partition -> known.containsKey(partition)
                    || consumer.position(partition, ANSWER_TIMEOUT) >= ends.getOrDefault(partition, 0L));
            if (left.isEmpty()) {
                return;
            }
            int before = known.size();
            consumer.poll(POLL).forEach(this::take);
            if (known.size() > before) {
                silentSince = System.nanoTime();
                consumer.pause(
                        known.keySet().stream().filter(partitions::contains).toList());
            } else if (System.nanoTime() - silentSince > SILENCE.toNanos()) {
                throw new PipelineException(
                        ErrorKind.LOG_UNREACHABLE,
                        "reading the first events of " + left + ": Kafka gives none for " + SILENCE.toSeconds() + " s");
            }
        }
    }

    /** Tombstone records have no version, and follow the delete that has one. */
    private void take(ConsumerRecord<byte[], byte[]> record) {
        Version version = EventDecoder.version(record);
        if (version != null) {
            known.putIfAbsent(
                    new TopicPartition(record.topic(), record.partition()), new Start(record.offset(), version));
        }
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
