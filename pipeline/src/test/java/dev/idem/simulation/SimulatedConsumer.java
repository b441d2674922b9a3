package dev.idem.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.record.TimestampType;

/**
 * A consumer of the simulated log. A poll brings some of what could be brought, from some of the partitions.
 *
 * <p><i>Threads:</i> one thread.
 */
final class SimulatedConsumer extends MockConsumer<byte[], byte[]> {

    private static final int STUCK_AFTER = 2_000;
    private static final int MOST_RECORDS = 12;

    private final SimulatedLog log;
    private final Faults faults;
    private final Random random;
    private final IsolationLevel isolation;
    private final Map<TopicPartition, Long> positions = new LinkedHashMap<>();
    private final Set<TopicPartition> paused = new HashSet<>();
    private int silentPolls;

    SimulatedConsumer(SimulatedLog log, Faults faults, Random random, IsolationLevel isolation) {
        super("none");
        this.log = log;
        this.faults = faults;
        this.random = random;
        this.isolation = isolation;
    }

    @Override
    public synchronized void assign(Collection<TopicPartition> partitions) {
        positions.keySet().retainAll(partitions);
        partitions.forEach(partition -> positions.putIfAbsent(partition, -1L));
    }

    @Override
    public synchronized void seek(TopicPartition partition, long offset) {
        positions.put(partition, offset);
        silentPolls = 0;
    }

    @Override
    public synchronized void seekToBeginning(Collection<TopicPartition> partitions) {
        partitions.forEach(partition -> seek(partition, log.beginning(partition)));
    }

    @Override
    public synchronized long position(TopicPartition partition) {
        return Objects.requireNonNull(positions.get(partition));
    }

    @Override
    public synchronized long position(TopicPartition partition, Duration timeout) {
        return position(partition);
    }

    @Override
    public synchronized void pause(Collection<TopicPartition> partitions) {
        paused.addAll(partitions);
    }

    @Override
    public synchronized void resume(Collection<TopicPartition> partitions) {
        paused.removeAll(partitions);
    }

    @Override
    public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
        faults.before("poll", TimeoutException::new);
        log.advance();
        Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> found = new HashMap<>();
        int most = 1 + random.nextInt(MOST_RECORDS);
        for (TopicPartition partition : List.copyOf(positions.keySet())) {
            if (!paused.contains(partition) && random.nextInt(4) > 0) {
                List<ConsumerRecord<byte[], byte[]>> records = fetch(partition, most);
                if (!records.isEmpty()) {
                    found.put(partition, records);
                }
            }
        }
        silentPolls = found.isEmpty() ? silentPolls + 1 : 0;
        if (silentPolls > STUCK_AFTER) {
            throw new AssertionError("a reader waits for ever for records of " + positions);
        }
        return new ConsumerRecords<>(found, Map.of());
    }

    private List<ConsumerRecord<byte[], byte[]>> fetch(TopicPartition partition, int most) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        long offset = position(partition);
        if (offset < log.beginning(partition)) {
            throw new OffsetOutOfRangeException(Map.of(partition, offset));
        }
        long end = log.stableEnd(partition);
        while (offset < end && records.size() < most) {
            SimulatedLog.Visible record = log.committed(partition, offset);
            if (record != null) {
                records.add(consumed(partition, record));
            }
            offset++;
        }
        positions.put(partition, offset);
        return records;
    }

    private static ConsumerRecord<byte[], byte[]> consumed(TopicPartition partition, SimulatedLog.Visible record) {
        byte[] key = record.key();
        byte[] value = record.value();
        return new ConsumerRecord<>(
                partition.topic(),
                partition.partition(),
                record.offset(),
                0,
                TimestampType.CREATE_TIME,
                key == null ? -1 : key.length,
                value == null ? -1 : value.length,
                key,
                value,
                record.headers(),
                Optional.empty());
    }

    @Override
    public synchronized Map<TopicPartition, Long> beginningOffsets(Collection<TopicPartition> partitions) {
        faults.before("beginningOffsets", TimeoutException::new);
        return edges(partitions, log::beginning);
    }

    @Override
    public Map<TopicPartition, Long> beginningOffsets(Collection<TopicPartition> partitions, Duration timeout) {
        return beginningOffsets(partitions);
    }

    @Override
    public synchronized Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> partitions) {
        faults.before("endOffsets", TimeoutException::new);
        Map<TopicPartition, Long> ends = edges(
                partitions,
                partition ->
                        isolation == IsolationLevel.READ_COMMITTED ? log.stableEnd(partition) : log.end(partition));
        log.advance();
        return ends;
    }

    @Override
    public Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> partitions, Duration timeout) {
        return endOffsets(partitions);
    }

    private static Map<TopicPartition, Long> edges(
            Collection<TopicPartition> partitions, ToLongFunction<TopicPartition> edge) {
        return partitions.stream().collect(Collectors.toMap(partition -> partition, edge::applyAsLong));
    }

    @Override
    public Map<String, List<PartitionInfo>> listTopics(Duration timeout) {
        return log.all().stream()
                .map(partition -> new PartitionInfo(partition.topic(), partition.partition(), null, null, null))
                .collect(Collectors.groupingBy(PartitionInfo::topic));
    }

    @Override
    public synchronized void wakeup() {
        throw new AssertionError("nobody wakes a reader up here");
    }

    @Override
    public void close() {
        positions.clear();
    }
}
