package dev.idem.consume;

import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.change.Topics;
import dev.idem.change.Version;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what the log can still bring of each table, a little at a time.
 *
 * <p>One look is {@link #begin}, then {@link #readOn} until it is true. Kafka is reached with the first look.
 *
 * <p><i>Threads:</i> one thread, except {@link #wakeup}.
 *
 * <p><i>Fails:</i> with a {@link dev.idem.error.PipelineException} of the log's kinds; the look is then void.
 */
public final class LogRetention implements AutoCloseable {

    private static final int PARTITIONS_AT_ONCE = 16;
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);

    private final ConsumerFactory consumers;
    private final Topics topics;
    private final String clientId;
    private final Deque<TopicPartition> unread = new ArrayDeque<>();
    private final Map<String, Version> firsts = new HashMap<>();
    private volatile @Nullable Opened opened;
    private TableNames names = new TableNames(List.of());
    private Set<TableId> rereads = Set.of();
    private long cutsEnd;

    private record Opened(SchemaTail schema, TopicStarts starts, Consumer<byte[], byte[]> ends)
            implements AutoCloseable {
        @Override
        public void close() {
            try (schema;
                    starts;
                    ends) {
                // each is closed, whatever the others do
            }
        }
    }

    /** A retention that is not looked at before {@link #begin}. */
    public LogRetention(ConsumerFactory consumers, Topics topics, String clientId) {
        this.consumers = consumers;
        this.topics = topics;
        this.clientId = clientId;
    }

    /**
     * Begins a look: reads which names the tables have in the log, and which of them are to be read anew.
     *
     * <p>It knows of every request that the log held when this was called, in a Kafka transaction that was committed
     * but not yet visible everywhere too.
     *
     * @return false where what the log held could not be read yet
     */
    public boolean begin(Collection<TableDefinition> tables) {
        SchemaTail schema = open().schema();
        if (!schema.reach(end(topics.schema()))) {
            return false;
        }
        names = schema.names();
        Set<TableId> all =
                tables.stream().flatMap(table -> names.of(table).stream()).collect(Collectors.toSet());
        rereads = all.stream().filter(schema::isToBeReread).collect(Collectors.toSet());
        firsts.clear();
        unread.clear();
        unread.addAll(open().starts().partitions(all.stream().map(topics::of).collect(Collectors.toSet())));
        return true;
    }

    /** Reads the first events of some partitions; true where that was the last of them. */
    public boolean readOn() {
        Set<TopicPartition> some = new HashSet<>();
        while (!unread.isEmpty() && some.size() < PARTITIONS_AT_ONCE) {
            some.add(unread.remove());
        }
        open().starts()
                .of(some)
                .forEach((partition, version) ->
                        firsts.merge(partition.topic(), version, (one, other) -> one.isBefore(other) ? one : other));
        if (unread.isEmpty()) {
            cutsEnd = end(topics.progress());
        }
        return unread.isEmpty();
    }

    /** Where a topic of one partition ends, with what is not committed yet. */
    private long end(String topic) {
        TopicPartition partition = new TopicPartition(topic, 0);
        return ConsumerProperties.call(
                "asking where " + topic + " ends",
                () -> open().ends()
                        .endOffsets(Set.of(partition), ANSWER_TIMEOUT)
                        .getOrDefault(partition, 0L));
    }

    /** Names under which changes of the table may stand in the log. */
    public Set<TableId> names(TableDefinition table) {
        return names.of(table);
    }

    /** The lowest version with which a partition of the table's topics begins; empty where all of them are empty. */
    public Optional<Version> first(TableDefinition table) {
        return names.of(table).stream()
                .map(topics::of)
                .filter(firsts::containsKey)
                .map(firsts::get)
                .min(Version::compareTo);
    }

    /** True where the table was to be read anew, or was being read, when the look began. */
    public boolean isToBeReread(TableDefinition table) {
        return names.of(table).stream().anyMatch(rereads::contains);
    }

    /** Where the topic of the cuts ended when the look was complete. */
    public long cutsEnd() {
        return cutsEnd;
    }

    private Opened open() {
        Opened now = opened;
        if (now == null) {
            now = ConsumerProperties.call(
                    "connecting to Kafka",
                    () -> new Opened(
                            new SchemaTail(consumers, topics, clientId + "-schema"),
                            new TopicStarts(consumers, clientId + "-starts"),
                            consumers.newConsumer(clientId + "-ends", IsolationLevel.READ_UNCOMMITTED)));
            opened = now;
        }
        return now;
    }

    /** Ends a waiting look with {@link ReadInterruptedException}; thread-safe. */
    public void wakeup() {
        Opened now = opened;
        if (now != null) {
            now.schema().wakeup();
            now.starts().wakeup();
            now.ends().wakeup();
        }
    }

    @Override
    public void close() {
        Opened now = opened;
        if (now != null) {
            now.close();
        }
    }
}
