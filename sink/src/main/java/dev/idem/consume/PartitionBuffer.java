package dev.idem.consume;

import dev.idem.change.Version;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The records of one partition that were fetched and not yet taken.
 *
 * <p><i>Threads:</i> one thread.
 */
final class PartitionBuffer {

    private static final long ENOUGH_BYTES = 8L << 20;
    private static final int ENOUGH_RECORDS = 8_000;

    private final TopicPartition partition;
    private final Deque<Buffered> records = new ArrayDeque<>();
    private long bytes;
    private long fetchedUpTo;

    /** A record with its version, read once. */
    record Buffered(
            ConsumerRecord<byte[], byte[]> record, @Nullable Version version) {}

    /** An empty buffer of a partition that is fetched from {@code offset} on. */
    PartitionBuffer(TopicPartition partition, long offset) {
        this.partition = partition;
        this.fetchedUpTo = offset;
    }

    TopicPartition partition() {
        return partition;
    }

    /** Takes in a record from the client. */
    void add(ConsumerRecord<byte[], byte[]> record) {
        records.add(new Buffered(record, EventDecoder.version(record)));
        bytes += size(record);
    }

    /** Notes how far the client has read, over control records and aborted ones too. */
    void fetchedUpTo(long offset) {
        fetchedUpTo = offset;
    }

    /** The offset of the next record at hand, or from which the client will fetch. */
    long position() {
        return records.isEmpty() ? fetchedUpTo : records.element().record().offset();
    }

    /** The offset from which the client fetches next. */
    long fetchPosition() {
        return fetchedUpTo;
    }

    /** The next record; null where none is at hand. */
    @Nullable
    Buffered peek() {
        return records.peek();
    }

    /** Takes the next record out. */
    Buffered remove() {
        Buffered next = records.remove();
        bytes -= size(next.record());
        return next;
    }

    /** Takes out what lies below {@code offset}. */
    void skipTo(long offset, Consumer<ConsumerRecord<byte[], byte[]>> skipped) {
        while (!records.isEmpty() && records.element().record().offset() < offset) {
            skipped.accept(remove().record());
        }
    }

    /** Empties the buffer; the client fetches from {@code offset}. */
    void reset(long offset) {
        records.clear();
        bytes = 0;
        fetchedUpTo = offset;
    }

    /** What the records at hand roughly cost in memory. */
    long bytes() {
        return bytes;
    }

    /** True where no more should be fetched before some is taken. */
    boolean isFull() {
        return bytes >= ENOUGH_BYTES || records.size() >= ENOUGH_RECORDS;
    }

    private static long size(ConsumerRecord<byte[], byte[]> record) {
        return 100L + Math.max(0, record.serializedKeySize()) + Math.max(0, record.serializedValueSize());
    }
}
