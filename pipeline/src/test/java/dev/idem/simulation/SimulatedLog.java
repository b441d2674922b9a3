package dev.idem.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Brokers with one transactional producer id: partitions, transactions, markers that lag behind their commit.
 *
 * <p><i>Threads:</i> one thread.
 *
 * <p><i>Source:</i> KIP-98; a commit is acknowledged before its markers stand in the partitions, and until they do,
 * readers of committed records stop before the transaction.
 */
final class SimulatedLog {

    private static final int PARTITIONS = 2;

    private final Random random;
    private final Map<TopicPartition, List<Entry>> partitions = new HashMap<>();
    private final Map<TopicPartition, Long> beginnings = new HashMap<>();
    private final Deque<Marker> owed = new ArrayDeque<>();
    private long producerEpoch;
    private @Nullable Transaction open;

    SimulatedLog(Random random) {
        this.random = random;
    }

    /** A Kafka transaction. */
    private static final class Transaction {
        private final Set<TopicPartition> written = new LinkedHashSet<>();
        private boolean committed;
    }

    private record Marker(Transaction transaction, TopicPartition partition) {}

    /** A record or, where {@code record} is null, a transaction's marker. */
    private record Entry(@Nullable ProducerRecord<byte[], byte[]> record, Transaction transaction) {}

    /** A record that committed readers are shown. */
    @SuppressWarnings("ArrayRecordComponent") // as the clients hand them over; never compared
    record Visible(long offset, byte @Nullable [] key, byte @Nullable [] value, Headers headers) {}

    void ensure(String topic, int count) {
        for (int i = 0; i < count; i++) {
            partitions.computeIfAbsent(new TopicPartition(topic, i), partition -> new ArrayList<>());
        }
    }

    void ensureTable(String topic) {
        ensure(topic, PARTITIONS);
    }

    boolean hasTopic(String topic) {
        return partitions.containsKey(new TopicPartition(topic, 0));
    }

    /** Fences older producers, decides what they left open, and gives the new one its epoch. */
    long initTransactions() {
        end(false);
        if (random.nextInt(300) > 0) {
            writeMarkers(Integer.MAX_VALUE);
        }
        return ++producerEpoch;
    }

    boolean isFenced(long epoch) {
        return epoch != producerEpoch;
    }

    private void requireEpoch(long epoch) {
        if (isFenced(epoch)) {
            throw new ProducerFencedException("there is a newer producer with the same transactionalId");
        }
    }

    /** Appends a record to the open transaction; its place. */
    Visible append(long epoch, TopicPartition partition, ProducerRecord<byte[], byte[]> record) {
        requireEpoch(epoch);
        Transaction transaction = open == null ? new Transaction() : open;
        open = transaction;
        transaction.written.add(partition);
        List<Entry> entries = entries(partition);
        entries.add(new Entry(record, transaction));
        return new Visible(entries.size() - 1, record.key(), record.value(), record.headers());
    }

    TopicPartition partitionOf(ProducerRecord<byte[], byte[]> record) {
        Integer chosen = record.partition();
        int count = partitions.containsKey(new TopicPartition(record.topic(), 1)) ? PARTITIONS : 1;
        byte[] key = record.key();
        int partition = chosen != null
                ? chosen
                : key == null ? random.nextInt(count) : Math.floorMod(java.util.Arrays.hashCode(key), count);
        return new TopicPartition(record.topic(), partition);
    }

    void commit(long epoch) {
        requireEpoch(epoch);
        end(true);
        writeMarkers(random.nextInt(6));
    }

    void abort(long epoch) {
        requireEpoch(epoch);
        end(false);
        writeMarkers(random.nextInt(6));
    }

    private void end(boolean commits) {
        Transaction transaction = open;
        if (transaction != null) {
            transaction.committed = commits;
            transaction.written.forEach(partition -> owed.add(new Marker(transaction, partition)));
            open = null;
        }
    }

    /** Time goes on: some markers reach their partitions. */
    void advance() {
        writeMarkers(random.nextInt(3));
    }

    void writeMarkers(int most) {
        for (int i = 0; i < most && !owed.isEmpty(); i++) {
            Marker marker = owed.remove();
            entries(marker.partition()).add(new Entry(null, marker.transaction()));
        }
    }

    /** The first offset that is held. */
    long beginning(TopicPartition partition) {
        return beginnings.getOrDefault(partition, 0L);
    }

    /** Retention removes what lies before an offset. */
    void removeBefore(TopicPartition partition, long offset) {
        beginnings.merge(partition, offset, Math::max);
    }

    /** True where nothing was removed yet. */
    boolean isWhole() {
        return beginnings.isEmpty();
    }

    long end(TopicPartition partition) {
        return entries(partition).size();
    }

    /** Up to where every transaction is decided, its marker included. */
    long stableEnd(TopicPartition partition) {
        List<Entry> entries = entries(partition);
        for (int i = 0; i < entries.size(); i++) {
            Transaction transaction = entries.get(i).transaction();
            boolean undecided = transaction == open
                    || owed.stream()
                            .anyMatch(marker -> marker.transaction() == transaction
                                    && marker.partition().equals(partition));
            if (undecided) {
                return i;
            }
        }
        return entries.size();
    }

    /** The committed record at that place; null where a marker or an aborted record stands. */
    @Nullable
    Visible committed(TopicPartition partition, long offset) {
        Entry entry = entries(partition).get((int) offset);
        ProducerRecord<byte[], byte[]> record = entry.record();
        return record == null || !entry.transaction().committed
                ? null
                : new Visible(offset, record.key(), record.value(), record.headers());
    }

    Set<TopicPartition> all() {
        return partitions.keySet();
    }

    private List<Entry> entries(TopicPartition partition) {
        return Objects.requireNonNull(partitions.get(partition), () -> "no partition " + partition);
    }
}
