package dev.idem.consume;

import dev.idem.change.Cut;
import dev.idem.change.CutCodec;
import dev.idem.change.MalformedEventException;
import dev.idem.change.Topics;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;

/**
 * Follows the cuts of a pipeline, in order.
 *
 * <p><i>Threads:</i> one thread, except {@link #wakeup}.
 *
 * <p><i>Fails:</i> with a {@link PipelineException} of the log's kinds; the position is then unknown and {@link #seek}
 * sets it again.
 */
public final class CutFollower implements AutoCloseable {

    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration SILENCE = Duration.ofSeconds(15);
    private static final long FIRST_STEP_BACK = 16;
    private static final int MOST_TABLES = 200;

    private final Consumer<byte[], byte[]> consumer;
    private final Topics topics;
    private final TopicPartition partition;
    private final CutCodec codec = new CutCodec();
    private final Deque<PositionedCut> waiting = new ArrayDeque<>();
    private long silentSince = System.nanoTime();

    /** A follower that reads nothing before {@link #seek}. */
    public CutFollower(ConsumerFactory consumers, Topics topics, String clientId) {
        this.consumer = consumers.newConsumer(clientId);
        this.topics = topics;
        this.partition = new TopicPartition(topics.progress(), 0);
    }

    /** Goes on at an offset of the topic of the cuts; 0 is the beginning, whatever retention has left of it. */
    public void seek(long offset) {
        waiting.clear();
        consumer.assign(List.of(partition));
        if (offset == 0) {
            consumer.seekToBeginning(List.of(partition));
        } else {
            consumer.seek(partition, offset);
        }
    }

    /** True where the pipeline's topic of cuts exists. */
    public boolean exists() {
        return ConsumerProperties.call(
                "reading topics", () -> consumer.listTopics(ANSWER_TIMEOUT).containsKey(partition.topic()));
    }

    /**
     * The last cut before an offset, where the log still holds one and reaches to the offset; then {@link #seek} is
     * needed.
     */
    public Optional<Cut> lastBefore(long offset) {
        return ConsumerProperties.call("reading " + partition, () -> {
            consumer.assign(List.of(partition));
            long beginning = edge(consumer.beginningOffsets(List.of(partition)));
            Optional<Cut> last = Optional.empty();
            if (edge(consumer.endOffsets(List.of(partition))) >= offset) {
                long from = offset;
                for (long step = FIRST_STEP_BACK; from > beginning && last.isEmpty(); step *= 2) {
                    from = Math.max(beginning, offset - step);
                    last = lastWithin(from, offset);
                }
            }
            return last;
        });
    }

    private long edge(Map<TopicPartition, Long> offsets) {
        return offsets.getOrDefault(partition, 0L);
    }

    private Optional<Cut> lastWithin(long from, long to) {
        List<ConsumerRecord<byte[], byte[]>> last = new ArrayList<>(1);
        long since = System.nanoTime();
        consumer.seek(partition, from);
        while (consumer.position(partition) < to) {
            consumer.poll(POLL).forEach(record -> {
                if (record.offset() < to) {
                    last.clear();
                    last.add(record);
                }
            });
            if (System.nanoTime() - since > ANSWER_TIMEOUT.toNanos()) {
                throw new PipelineException(
                        ErrorKind.LOG_UNREACHABLE,
                        partition + ": Kafka gives no records for " + ANSWER_TIMEOUT.toSeconds() + " s, from " + from
                                + " to " + to);
            }
        }
        return last.stream().map(this::decode).findFirst();
    }

    /**
     * The next cuts, waiting for the first at most {@code timeout}: at least one where there is one, and as many more
     * at hand as hold no more than {@code maxEvents} events together, of {@value #MOST_TABLES} tables at most: all of
     * them are locked in one transaction, and the warehouse's locks are bounded.
     */
    public List<PositionedCut> poll(Duration timeout, int maxCuts, long maxEvents) {
        if (waiting.isEmpty()) {
            fetch(timeout);
        }
        List<PositionedCut> cuts = new ArrayList<>();
        long events = 0;
        Set<String> tables = new HashSet<>();
        while (!waiting.isEmpty() && cuts.size() < maxCuts) {
            Cut next = waiting.element().cut();
            events += next.events();
            tables.addAll(next.ranges().keySet());
            next.tables().forEach(state -> tables.add(topics.of(state.table())));
            if (!cuts.isEmpty() && (events > maxEvents || tables.size() > MOST_TABLES)) {
                return cuts;
            }
            cuts.add(waiting.remove());
        }
        return cuts;
    }

    /** True where every cut below that offset has been handed out. */
    public boolean hasReached(long offset) {
        return waiting.isEmpty()
                && ConsumerProperties.call("reading " + partition, () -> consumer.position(partition, ANSWER_TIMEOUT))
                        >= offset;
    }

    private void fetch(Duration timeout) {
        try {
            ConsumerProperties.call("reading " + partition, () -> consumer.poll(timeout))
                    .forEach(record -> waiting.add(new PositionedCut(decode(record), record.offset() + 1)));
            requireTopic();
        } catch (PipelineException e) {
            if (e.getCause() instanceof OffsetOutOfRangeException) {
                throw new PipelineException(
                        ErrorKind.LOG_INCOMPLETE,
                        partition
                                + ": the log no longer holds the position of this warehouse (expected: retention longer"
                                + " than the sink was away). Remedy: start again from a snapshot, see docs/operations.md",
                        e);
            }
            throw e;
        }
    }

    /** The client waits for a topic that is gone as it waits for records. */
    private void requireTopic() {
        if (waiting.isEmpty() && System.nanoTime() - silentSince < SILENCE.toNanos()) {
            return;
        }
        silentSince = System.nanoTime();
        if (waiting.isEmpty() && !exists()) {
            throw new PipelineException(
                    ErrorKind.LOG_UNREACHABLE,
                    "topic " + partition.topic() + " does not exist any more (expected: the log that this warehouse was"
                            + " filled from). Remedy: bring the log back, or start again from a snapshot, see"
                            + " docs/operations.md");
        }
    }

    private Cut decode(ConsumerRecord<byte[], byte[]> record) {
        try {
            return codec.decode(record.value());
        } catch (MalformedEventException e) {
            throw new PipelineException(
                    ErrorKind.LOG_INCOMPLETE,
                    partition + "@" + record.offset() + ": " + e.getMessage()
                            + ". Remedy: keep other producers away from this topic",
                    e);
        }
    }

    /** Ends a waiting {@link #poll} with {@link ReadInterruptedException}; thread-safe. */
    public void wakeup() {
        consumer.wakeup();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
