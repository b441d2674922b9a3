package dev.idem.publish;

import dev.idem.change.Cut;
import dev.idem.change.CutCodec;
import dev.idem.change.PartitionList;
import dev.idem.change.RereadRequest;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableDefinitionCodec;
import dev.idem.change.TableId;
import dev.idem.change.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads at a start what the capture's earlier runs have committed: the last cut and the definitions.
 *
 * <p>Only after the producer has taken over its transactional id is the answer final: no older run can commit then.
 *
 * <p><i>Threads:</i> one thread.
 */
final class LogReader implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long FIRST_STEP_BACK = 64;
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

    private final Consumer<byte[], byte[]> consumer;
    private final Consumer<byte[], byte[]> undecided;
    private final Topics topics;

    LogReader(LogClients clients, Topics topics) {
        this.topics = topics;
        this.consumer = clients.consumer(IsolationLevel.READ_COMMITTED);
        this.undecided = clients.consumer(IsolationLevel.READ_UNCOMMITTED);
    }

    /** The youngest cut, where there is one. */
    Optional<Cut> lastCut() {
        CutCodec codec = new CutCodec();
        TopicPartition partition = new TopicPartition(topics.progress(), 0);
        long beginning = edge(consumer.beginningOffsets(Set.of(partition)), partition);
        long end = decidedEnd(partition);
        long from = end;
        for (long step = FIRST_STEP_BACK; from > beginning; step *= 2) {
            from = Math.max(beginning, end - step);
            List<ConsumerRecord<byte[], byte[]>> last = new ArrayList<>(1);
            read(partition, from, end, record -> {
                last.clear();
                last.add(record);
            });
            if (!last.isEmpty()) {
                return Optional.of(codec.decode(last.get(0).value()));
            }
        }
        return Optional.empty();
    }

    /**
     * What the topic of the definitions holds.
     *
     * @param definitions every definition that was ever published, the older ones first
     * @param rereads the requests that are open
     * @param partitions the youngest list of each partitioned table
     * @param end where the topic ended
     */
    record SchemaLog(
            List<TableDefinition> definitions,
            Map<TableId, RereadRequest> rereads,
            Collection<PartitionList> partitions,
            long end) {}

    /** Reads the topic of the definitions. */
    SchemaLog schemaLog() {
        TableDefinitionCodec codec = new TableDefinitionCodec();
        TopicPartition partition = new TopicPartition(topics.schema(), 0);
        long beginning = edge(consumer.beginningOffsets(Set.of(partition)), partition);
        long end = decidedEnd(partition);
        List<TableDefinition> definitions = new ArrayList<>();
        Map<String, RereadRequest> open = new LinkedHashMap<>();
        Map<String, PartitionList> partitions = new LinkedHashMap<>();
        read(partition, beginning, end, record -> {
            if (TableDefinitionCodec.isKey(record.key())) {
                definitions.add(codec.decode(record.value()));
                return;
            }
            String key = new String(record.key(), StandardCharsets.UTF_8);
            if (PartitionList.isKey(record.key())) {
                partitions.put(key, PartitionList.decode(record.value()));
            } else if (record.value() == null) {
                open.remove(key);
            } else {
                open.merge(key, RereadRequest.decode(record.value()), RereadRequest::and);
            }
        });
        Map<TableId, RereadRequest> rereads = new LinkedHashMap<>();
        open.values().forEach(request -> rereads.put(request.table(), request));
        return new SchemaLog(definitions, rereads, partitions.values(), end);
    }

    /**
     * The end of the partition, once every transaction in it is decided. A commit is acknowledged before its markers
     * are written, and until they are, a reader of committed records is shown an older end: taken for the truth, it
     * would hide the last cuts.
     */
    private long decidedEnd(TopicPartition partition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            long written = edge(undecided.endOffsets(Set.of(partition)), partition);
            long decided = edge(consumer.endOffsets(Set.of(partition)), partition);
            if (decided >= written) {
                return decided;
            }
            if (System.nanoTime() - deadline > 0) {
                throw new org.apache.kafka.common.errors.TimeoutException("a transaction in " + partition
                        + " stays undecided: committed up to " + decided + ", written up to " + written + " after "
                        + PATIENCE);
            }
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
    }

    private static long edge(Map<TopicPartition, Long> offsets, TopicPartition partition) {
        Long offset = offsets.get(partition);
        return offset == null ? 0 : offset;
    }

    private void read(
            TopicPartition partition,
            long from,
            long end,
            java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> received) {
        consumer.assign(Set.of(partition));
        consumer.seek(partition, from);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (consumer.position(partition) < end) {
            consumer.poll(POLL).forEach(received);
            if (System.nanoTime() - deadline > 0) {
                throw new org.apache.kafka.common.errors.TimeoutException("reading " + partition + " from " + from
                        + " to " + end + " stands at " + consumer.position(partition) + " after " + PATIENCE);
            }
        }
    }

    @Override
    public void close() {
        consumer.close();
        undecided.close();
    }
}
