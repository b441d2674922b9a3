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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Finds cuts in the log without reading all of them: numbers, positions and times rise with the offset, so a few probes
 * are enough.
 *
 * <p><i>Threads:</i> one thread.
 *
 * <p><i>Fails:</i> with a {@link PipelineException} of the log's kinds.
 */
public final class CutIndex implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final long FIRST_STEP_BACK = 64;

    private final Consumer<byte[], byte[]> consumer;
    private final TopicPartition partition;
    private final Duration patience;
    private final CutCodec codec = new CutCodec();

    /** An index of the pipeline's cuts; reads nothing before it is asked. */
    public CutIndex(ConsumerFactory consumers, Topics topics, String clientId) {
        this(consumers, topics, clientId, PATIENCE);
    }

    /** The same, with no more {@code patience} than that for each answer of Kafka. */
    CutIndex(ConsumerFactory consumers, Topics topics, String clientId, Duration patience) {
        this.consumer = consumers.newConsumer(clientId);
        this.patience = patience;
        this.partition = new TopicPartition(topics.progress(), 0);
    }

    /** True where the pipeline's topic of cuts exists. */
    public boolean exists() {
        return ConsumerProperties.call(
                "reading topics", () -> consumer.listTopics(patience).containsKey(partition.topic()));
    }

    /** The oldest cut that the log holds. */
    public Optional<PositionedCut> oldest() {
        return first(cut -> true, cut -> true);
    }

    /** The youngest cuts, at most so many, the older ones first. */
    public List<PositionedCut> youngest(int count) {
        Edges edges = edges();
        long from = edges.end();
        Deque<PositionedCut> last = new ArrayDeque<>();
        for (long step = Math.max(FIRST_STEP_BACK, 2L * count); from > edges.beginning() && last.size() < count; ) {
            from = Math.max(edges.beginning(), edges.end() - step);
            step *= 2;
            last.clear();
            read(from, edges.end(), cut -> {
                last.add(cut);
                if (last.size() > count) {
                    last.remove();
                }
                return true;
            });
        }
        return new ArrayList<>(last);
    }

    /**
     * The first cut that meets a condition which, once a cut meets it, all later ones meet.
     *
     * @param counts which cuts can tell; the others are passed over
     */
    public Optional<PositionedCut> first(Predicate<Cut> counts, Predicate<Cut> condition) {
        Edges edges = edges();
        long low = edges.beginning();
        long high = edges.end();
        @Nullable PositionedCut found = null;
        while (low < high) {
            long middle = low + (high - low) / 2;
            PositionedCut probe = firstFrom(middle, high, counts);
            if (probe == null) {
                high = middle;
            } else if (condition.test(probe.cut())) {
                found = probe;
                high = middle;
            } else {
                low = probe.nextOffset();
            }
        }
        return Optional.ofNullable(found);
    }

    private @Nullable PositionedCut firstFrom(long from, long end, Predicate<Cut> counts) {
        List<PositionedCut> found = new ArrayList<>(1);
        read(from, end, cut -> {
            if (counts.test(cut.cut())) {
                found.add(cut);
            }
            return found.isEmpty();
        });
        return found.isEmpty() ? null : found.get(0);
    }

    private record Edges(long beginning, long end) {}

    private Edges edges() {
        return ConsumerProperties.call("reading the edges of " + partition, () -> {
            consumer.assign(List.of(partition));
            Map<TopicPartition, Long> beginning = consumer.beginningOffsets(Set.of(partition), patience);
            Map<TopicPartition, Long> end = consumer.endOffsets(Set.of(partition), patience);
            return new Edges(beginning.getOrDefault(partition, 0L), end.getOrDefault(partition, 0L));
        });
    }

    /** Hands out the cuts from an offset on, before {@code end}, as long as the taker wants more. */
    private void read(long from, long end, Predicate<PositionedCut> taker) {
        boolean goesOn = true;
        long reached = from;
        long reachedAt = System.nanoTime();
        consumer.seek(partition, from);
        while (goesOn && reached < end) {
            for (var record : ConsumerProperties.call("reading " + partition, () -> consumer.poll(POLL))) {
                goesOn = goesOn && record.offset() < end && taker.test(decode(record));
            }
            long position = position();
            if (position > reached) {
                reached = position;
                reachedAt = System.nanoTime();
            } else if (goesOn && System.nanoTime() - reachedAt > patience.toNanos()) {
                throw new PipelineException(
                        ErrorKind.LOG_UNREACHABLE,
                        partition + ": Kafka gives no records for " + patience.toSeconds() + " s, from " + reached
                                + " to " + end);
            }
        }
    }

    private long position() {
        return ConsumerProperties.call("reading " + partition, () -> consumer.position(partition, patience));
    }

    private PositionedCut decode(ConsumerRecord<byte[], byte[]> record) {
        try {
            return new PositionedCut(codec.decode(record.value()), record.offset() + 1);
        } catch (MalformedEventException e) {
            throw new PipelineException(
                    ErrorKind.LOG_INCOMPLETE, partition + "@" + record.offset() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
