package dev.idem.consume;

import dev.idem.change.Cut;
import dev.idem.change.Lsn;
import dev.idem.change.TableDefinition;
import dev.idem.change.Topics;
import dev.idem.change.Version;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Reads the events of a cut in the source's order.
 *
 * <p>Within a partition the events of a cut stand in the order of their versions; merging the partitions by version
 * gives the source's order again, with a bounded buffer for each partition.
 *
 * <p><i>Threads:</i> one thread, except {@link #wakeup}.
 *
 * <p><i>Fails:</i> with {@link ErrorKind#LOG_INCOMPLETE} where the log does not hold what the cut counts; events
 * already handed out must then be rolled back.
 */
public final class CutReader implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(500);
    private static final long SMALL_GAP = 100_000;
    private static final long ENOUGH_BYTES = 64L << 20;
    private static final Duration SILENCE = Duration.ofSeconds(20);

    private final org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> consumer;
    private final DefinitionLog definitions;
    private final EventDecoder decoder;
    private final Map<TopicPartition, PartitionBuffer> buffers = new HashMap<>();
    private long lastWhole = -1;

    /** A reader without any partition; it takes on those that cuts name. */
    public CutReader(ConsumerFactory consumers, Topics topics, String clientId) {
        this.consumer = consumers.newConsumer(clientId);
        this.definitions = new DefinitionLog(consumers, topics, clientId + "-definitions");
        this.decoder = new EventDecoder(definitions);
    }

    /** The definition of a table that a completed snapshot names. */
    public TableDefinition definition(String topic, int number) {
        return definitions.find(topic, number);
    }

    /** One partition's part of the cut that is being read. */
    private static final class Lane {
        private final PartitionBuffer buffer;
        private final Cut.OffsetRange range;
        private final Consumer<ConsumerRecord<byte[], byte[]>> skipped;

        Lane(PartitionBuffer buffer, Cut.OffsetRange range, Consumer<ConsumerRecord<byte[], byte[]>> skipped) {
            this.buffer = buffer;
            this.range = range;
            this.skipped = skipped;
        }

        boolean isDone() {
            buffer.skipTo(range.from(), skipped);
            return buffer.position() >= range.to();
        }

        PartitionBuffer.@Nullable Buffered head() {
            return isDone() ? null : buffer.peek();
        }
    }

    /**
     * Hands out each event of the cut, in the source's order; what another hand has written into the topics since the
     * cut before is handed out as malformed.
     */
    public void read(Cut cut, Consumer<LogEvent> events) {
        boolean goesOn = cut.number() == lastWhole + 1;
        long found = merge(cut, cut.ranges(), events, record -> {
            if (goesOn && record.value() != null) {
                events.accept(betweenCuts(record));
            }
        });
        lastWhole = cut.number();
        if (found < cut.events()) {
            throw new PipelineException(
                    ErrorKind.LOG_INCOMPLETE,
                    "cut " + cut.number() + " at " + cut.commitLsn() + ": the log holds " + found
                            + " events (expected: "
                            + cut.events() + "). Retention or another hand has removed some; nothing of the cut was"
                            + " applied. Remedy: start again from a snapshot, see docs/operations.md");
        }
    }

    private static LogEvent betweenCuts(ConsumerRecord<byte[], byte[]> record) {
        return new LogEvent.Malformed(
                new LogCoordinates(record.topic(), record.partition(), record.offset()),
                "belongs to no cut (expected: a topic that only the capture writes to)");
    }

    /** Hands out the cut's events of one topic; how many there must be is not known, so only retention is noticed. */
    public void readTopic(Cut cut, String topic, Consumer<LogEvent> events) {
        readTopics(cut, Set.of(topic), events);
    }

    /** Hands out the cut's events of some topics, in the source's order; as {@link #readTopic}. */
    public void readTopics(Cut cut, Set<String> topics, Consumer<LogEvent> events) {
        Map<String, Map<Integer, Cut.OffsetRange>> ranges = new HashMap<>(cut.ranges());
        ranges.keySet().retainAll(topics);
        if (!ranges.isEmpty()) {
            merge(cut, ranges, events, record -> {});
        }
    }

    private long merge(
            Cut cut,
            Map<String, Map<Integer, Cut.OffsetRange>> ranges,
            Consumer<LogEvent> events,
            Consumer<ConsumerRecord<byte[], byte[]>> skipped) {
        List<Lane> starved = lanes(ranges, skipped);
        PriorityQueue<Lane> ready = new PriorityQueue<>(Comparator.comparing(CutReader::headVersion));
        long found = 0;
        while (true) {
            feed(starved, ready, cut);
            Lane next = ready.poll();
            if (next == null) {
                break;
            }
            PartitionBuffer.Buffered head = next.buffer.remove();
            if (head.record().value() != null) {
                found += belongs(head.version(), cut) ? 1 : 0;
                events.accept(decoder.decode(head.record(), head.version()));
            }
            enqueue(next, starved, ready);
        }
        return found;
    }

    /**
     * Whether an event of this version can be of this cut. In a topic that was deleted and made again the offsets of a
     * cut hold other events: of later transactions, or of another epoch. Rows of a table that was read anew lie beyond
     * the stream's position.
     */
    private static boolean belongs(@Nullable Version version, Cut cut) {
        boolean isReread = cut.kind() == Cut.Kind.STREAM && cut.transactions() == 0;
        return version != null
                && version.epoch() == cut.epoch()
                && (isReread || version.lsn().compareTo(cut.commitLsn()) <= 0);
    }

    /** Records without a readable version come first: they belong nowhere. */
    private static Version headVersion(Lane lane) {
        PartitionBuffer.Buffered head = lane.head();
        Version version = head == null ? null : head.version();
        return version == null ? new Version(0, Lsn.ZERO, 0) : version;
    }

    private static void enqueue(Lane lane, List<Lane> starved, PriorityQueue<Lane> ready) {
        if (lane.head() != null) {
            ready.add(lane);
        } else if (!lane.isDone()) {
            starved.add(lane);
        }
    }

    private List<Lane> lanes(
            Map<String, Map<Integer, Cut.OffsetRange>> ranges, Consumer<ConsumerRecord<byte[], byte[]>> skipped) {
        List<Lane> lanes = new ArrayList<>();
        boolean grown = false;
        for (Map.Entry<String, Map<Integer, Cut.OffsetRange>> topic : ranges.entrySet()) {
            for (Map.Entry<Integer, Cut.OffsetRange> range : topic.getValue().entrySet()) {
                TopicPartition partition = new TopicPartition(topic.getKey(), range.getKey());
                PartitionBuffer buffer = buffers.get(partition);
                if (buffer == null) {
                    buffer = new PartitionBuffer(partition, -1);
                    buffers.put(partition, buffer);
                    grown = true;
                }
                lanes.add(new Lane(buffer, range.getValue(), skipped));
            }
        }
        if (grown) {
            consumer.assign(buffers.keySet());
        }
        lanes.forEach(lane -> position(lane.buffer, lane.range.from()));
        return lanes;
    }

    /**
     * Makes the client fetch {@code from} next, unless it comes to it by itself: a small gap ahead is the marker of a
     * transaction, and seeking would throw away what was fetched in advance.
     */
    private void position(PartitionBuffer buffer, long from) {
        boolean behind = buffer.position() > from;
        boolean farAhead = buffer.fetchPosition() < 0 || from - buffer.fetchPosition() > SMALL_GAP;
        if (behind || farAhead) {
            consumer.seek(buffer.partition(), from);
            buffer.reset(from);
        }
    }

    /** Fetches until no partition of the cut lacks a next record. */
    private void feed(List<Lane> starved, PriorityQueue<Lane> ready, Cut cut) {
        long silentSince = System.nanoTime();
        while (!starved.isEmpty()) {
            List<Lane> lanes = List.copyOf(starved);
            starved.clear();
            lanes.forEach(lane -> enqueue(lane, starved, ready));
            if (starved.isEmpty()) {
                return;
            }
            if (fetch(starved) > 0) {
                silentSince = System.nanoTime();
            } else if (System.nanoTime() - silentSince > SILENCE.toNanos()) {
                throw new PipelineException(
                        ErrorKind.LOG_UNREACHABLE,
                        starved.get(0).buffer.partition() + ": Kafka gives no records for " + SILENCE.toSeconds()
                                + " s although cut " + cut.number() + " names them");
            }
        }
    }

    private int fetch(List<Lane> starved) {
        throttle(starved);
        try {
            return ConsumerProperties.call("reading events", () -> {
                int count = 0;
                for (var record : consumer.poll(POLL)) {
                    requireBuffer(new TopicPartition(record.topic(), record.partition()))
                            .add(record);
                    count++;
                }
                buffers.values().forEach(this::notePosition);
                return count;
            });
        } catch (PipelineException e) {
            if (e.getCause() instanceof OffsetOutOfRangeException) {
                throw new PipelineException(
                        ErrorKind.LOG_INCOMPLETE,
                        "reading events: the log no longer holds them ("
                                + e.getCause().getMessage()
                                + "). Remedy: start again from a snapshot, see docs/operations.md",
                        e);
            }
            throw e;
        }
    }

    /** Fetches for every partition while there is room, else only for those without which the cut cannot go on. */
    private void throttle(List<Lane> starved) {
        long bytes = buffers.values().stream().mapToLong(PartitionBuffer::bytes).sum();
        Set<TopicPartition> needed =
                starved.stream().map(lane -> lane.buffer.partition()).collect(Collectors.toSet());
        Map<Boolean, List<TopicPartition>> byRoom = buffers.values().stream()
                .collect(Collectors.partitioningBy(
                        buffer -> needed.contains(buffer.partition()) || bytes < ENOUGH_BYTES && !buffer.isFull(),
                        Collectors.mapping(PartitionBuffer::partition, Collectors.toList())));
        consumer.resume(byRoom.getOrDefault(true, List.of()));
        consumer.pause(byRoom.getOrDefault(false, List.of()));
    }

    private void notePosition(PartitionBuffer buffer) {
        if (buffer.fetchPosition() >= 0) {
            buffer.fetchedUpTo(consumer.position(buffer.partition()));
        }
    }

    private PartitionBuffer requireBuffer(TopicPartition partition) {
        return Objects.requireNonNull(buffers.get(partition), "partition");
    }

    /** Ends a waiting read with {@link ReadInterruptedException}; thread-safe. */
    public void wakeup() {
        consumer.wakeup();
    }

    @Override
    public void close() {
        consumer.close();
        definitions.close();
    }
}
