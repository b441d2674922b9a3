package dev.idem.storm;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What versions stand in the log, as any consumer of the topics sees them. */
public final class LogVersions {

    private static final String VERSION_HEADER = "idem-version";

    /** The ordinal of rows of a snapshot, which share one version. */
    private static final String SNAPSHOT = "/0";

    private LogVersions() {}

    /** Versions that more than one committed event has; rows of a snapshot are left out. */
    public static List<String> doubled(String bootstrapServers, String pipeline) {
        Set<String> seen = new HashSet<>();
        List<String> doubled = new ArrayList<>();
        Map<String, Object> options = Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "isolation.level",
                "read_committed",
                "auto.offset.reset",
                "earliest",
                "group.id",
                UUID.randomUUID().toString());
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(options, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.listTopics().entrySet().stream()
                    .filter(topic -> topic.getKey().startsWith(pipeline + '.'))
                    .flatMap(topic -> topic.getValue().stream())
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<byte[], byte[]> event : consumer.poll(Duration.ofSeconds(1))) {
                    Header header = event.headers().lastHeader(VERSION_HEADER);
                    String version = header == null ? SNAPSHOT : new String(header.value(), StandardCharsets.UTF_8);
                    String name = event.topic() + ' ' + version;
                    if (!version.endsWith(SNAPSHOT) && !seen.add(name)) {
                        doubled.add(name);
                    }
                }
            }
        }
        return doubled;
    }
}
