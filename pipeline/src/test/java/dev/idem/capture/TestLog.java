package dev.idem.capture;

import dev.idem.change.Cut;
import dev.idem.change.CutCodec;
import dev.idem.change.Lsn;
import dev.idem.change.PartitionList;
import dev.idem.change.RecordHeaders;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableDefinitionCodec;
import dev.idem.change.TableId;
import dev.idem.change.Topics;
import dev.idem.change.Version;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/** Reads what is committed in the log, and nothing else of it. */
final class TestLog {

    private static final Pattern CHANGE_LSN = Pattern.compile("\"lsn\":(\\d+)");

    private static final String AFTER = "\"after\":";
    private static final String SOURCE = ",\"source\":{";

    private static final Duration UNDECIDED = Duration.ofSeconds(2);

    private final String bootstrapServers;
    private final Topics topics;

    TestLog(String bootstrapServers, String pipeline) {
        this.bootstrapServers = bootstrapServers;
        this.topics = new Topics(pipeline);
    }

    /** One event: its version's text, its key and its value as JSON text; {@code value} is null for a tombstone. */
    record Event(
            String topic,
            int partition,
            long offset,
            @Nullable String version,
            @Nullable String key,
            @Nullable String value,
            @Nullable String movedFrom,
            @Nullable String definition) {
        Version parsedVersion() {
            if (version == null) {
                throw new AssertionError("a record of " + topic + " without a version");
            }
            return Version.parse(version);
        }

        /** The letter in the envelope's op. */
        String operation() {
            String text = value == null ? "" : value;
            String field = "\"op\":\"";
            int start = text.lastIndexOf(field) + field.length();
            return text.substring(start, start + 1);
        }

        /** The new image's JSON text; empty where there is none. */
        String after() {
            String text = value == null ? "" : value;
            int start = text.indexOf(AFTER);
            int end = text.indexOf(SOURCE);
            return start < 0 || end < start ? "" : text.substring(start + AFTER.length(), end);
        }

        /** Where the change itself stands in the WAL. */
        Lsn changeLsn() {
            Matcher matcher = CHANGE_LSN.matcher(value == null ? "" : value);
            if (!matcher.find()) {
                throw new AssertionError("an envelope without source.lsn in " + topic);
            }
            return new Lsn(Long.parseLong(matcher.group(1)));
        }

        boolean isTombstone() {
            return value == null;
        }
    }

    /** All cuts, in their order. */
    List<Cut> cuts() {
        CutCodec codec = new CutCodec();
        return read(Set.of(topics.progress())).stream()
                .map(record -> codec.decode(record.value()))
                .toList();
    }

    /** Every definition published, in its order. */
    List<TableDefinition> definitions() {
        TableDefinitionCodec codec = new TableDefinitionCodec();
        return read(Set.of(topics.schema())).stream()
                .filter(record -> TableDefinitionCodec.isKey(record.key()))
                .map(record -> codec.decode(record.value()))
                .toList();
    }

    /** The youngest list of each partitioned table's partitions. */
    Collection<PartitionList> partitions() {
        Map<TableId, PartitionList> lists = new HashMap<>();
        read(Set.of(topics.schema())).stream()
                .filter(record -> PartitionList.isKey(record.key()))
                .map(record -> PartitionList.decode(record.value()))
                .forEach(list -> lists.put(list.root(), list));
        return lists.values();
    }

    /** The events of every table, tombstones left out, by version. */
    List<Event> events() {
        return records().stream()
                .filter(event -> !event.isTombstone())
                .sorted(Comparator.comparing(Event::parsedVersion))
                .toList();
    }

    /** The same without rows that were read, at the start or anew. */
    List<Event> streamed() {
        return events().stream()
                .filter(event -> event.parsedVersion().ordinal() > 0)
                .toList();
    }

    /** The events of one table, by version. */
    List<Event> events(String schema, String table) {
        String topic = topics.of(new dev.idem.change.TableId(schema, table));
        return events().stream().filter(event -> event.topic().equals(topic)).toList();
    }

    /** Everything in the tables' topics. */
    List<Event> records() {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            Set<String> tables = consumer.listTopics().keySet().stream()
                    .filter(topic -> topic.startsWith(topics.pipeline() + "."))
                    .filter(topic -> !topic.equals(topics.progress()) && !topic.equals(topics.schema()))
                    .collect(Collectors.toSet());
            return read(tables).stream().map(TestLog::event).toList();
        }
    }

    private static Event event(ConsumerRecord<byte[], byte[]> record) {
        return new Event(
                record.topic(),
                record.partition(),
                record.offset(),
                text(record.headers().lastHeader(RecordHeaders.VERSION)),
                text(record.key()),
                text(record.value()),
                text(record.headers().lastHeader(RecordHeaders.MOVED_FROM)),
                text(record.headers().lastHeader(RecordHeaders.SCHEMA)));
    }

    private static @Nullable String text(@Nullable Header header) {
        return header == null ? null : text(header.value());
    }

    private static @Nullable String text(byte @Nullable [] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    private List<ConsumerRecord<byte[], byte[]>> read(Set<String> names) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            List<TopicPartition> partitions = new ArrayList<>();
            Map<String, ?> existing = consumer.listTopics();
            for (String name : names) {
                if (existing.containsKey(name)) {
                    consumer.partitionsFor(name)
                            .forEach(info -> partitions.add(new TopicPartition(info.topic(), info.partition())));
                }
            }
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> decided = consumer.endOffsets(partitions);
            Map<TopicPartition, Long> written = writtenEnds(partitions);
            long undecided = System.nanoTime() + UNDECIDED.toNanos();
            while (!hasReached(consumer, decided)
                    || (!hasReached(consumer, written) && System.nanoTime() < undecided)) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
        }
        return records;
    }

    private static boolean hasReached(KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }

    /**
     * Where the partitions end, transactions included whose end the brokers have promised and not yet written: a commit
     * returns before readers of committed records may see it. A transaction of a killed capture stays undecided.
     */
    private Map<TopicPartition, Long> writtenEnds(List<TopicPartition> partitions) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer("read_uncommitted")) {
            return consumer.endOffsets(partitions);
        }
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        return consumer("read_committed");
    }

    private KafkaConsumer<byte[], byte[]> consumer(String isolation) {
        Map<String, Object> options = new HashMap<>();
        options.put("bootstrap.servers", bootstrapServers);
        options.put("isolation.level", isolation);
        return new KafkaConsumer<>(options, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }
}
