package dev.idem.consume;

import dev.idem.change.Cut;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/**
 * What the log holds of some topics: by topic and partition the first offset and one above the last. A topic that does
 * not exist has no partition.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param offsets by topic and partition
 */
public record HeldOffsets(Map<String, Map<Integer, Held>> offsets) {

    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);

    /**
     * What one partition holds.
     *
     * @param from the first offset
     * @param to one above the last that is committed
     */
    public record Held(long from, long to) {}

    /** Asks the brokers. */
    public static HeldOffsets of(ConsumerProperties properties, Collection<String> topics, String clientId) {
        try (Consumer<byte[], byte[]> consumer = properties.newConsumer(clientId)) {
            return ConsumerProperties.call("asking what the log holds", () -> of(consumer, topics));
        }
    }

    private static HeldOffsets of(Consumer<byte[], byte[]> consumer, Collection<String> topics) {
        Map<String, List<PartitionInfo>> existing = consumer.listTopics(ANSWER_TIMEOUT);
        Set<TopicPartition> partitions = new HashSet<>();
        Map<String, Map<Integer, Held>> offsets = new HashMap<>();
        for (String topic : topics) {
            offsets.put(topic, new HashMap<>());
            existing.getOrDefault(topic, List.of())
                    .forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
        }
        Map<TopicPartition, Long> end = consumer.endOffsets(partitions, ANSWER_TIMEOUT);
        consumer.beginningOffsets(partitions, ANSWER_TIMEOUT)
                .forEach((partition, from) -> offsets.computeIfAbsent(partition.topic(), topic -> new HashMap<>())
                        .put(partition.partition(), new Held(from, end.getOrDefault(partition, from))));
        return new HeldOffsets(offsets);
    }

    /** True where everything that the cut names of the topic is still there. */
    public boolean holds(Cut cut, String topic) {
        Map<Integer, Held> held = offsets.getOrDefault(topic, Map.of());
        return cut.ranges().getOrDefault(topic, Map.of()).entrySet().stream()
                .allMatch(range -> held.containsKey(range.getKey())
                        && held.getOrDefault(range.getKey(), new Held(Long.MAX_VALUE, 0))
                                        .from()
                                <= range.getValue().from());
    }

    /** How many offsets of the topic are held, control records and tombstone records among them. */
    public long count(String topic) {
        return offsets.getOrDefault(topic, Map.of()).values().stream()
                .mapToLong(held -> held.to() - held.from())
                .sum();
    }
}
