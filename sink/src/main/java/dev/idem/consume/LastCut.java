package dev.idem.consume;

import dev.idem.change.Cut;
import dev.idem.change.CutCodec;
import dev.idem.change.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Looks where the log ends, for those who watch.
 *
 * <p><i>Threads:</i> one thread.
 *
 * <p><i>Fails:</i> with a {@link dev.idem.error.PipelineException} of the log's kinds.
 */
public final class LastCut implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final long FIRST_STEP_BACK = 16;

    private final ConsumerFactory consumers;
    private final String clientId;
    private @Nullable Consumer<byte[], byte[]> opened;
    private final TopicPartition partition;
    private final CutCodec codec = new CutCodec();

    /** A look at the log of that pipeline; nothing is reached before {@link #find}. */
    public LastCut(ConsumerFactory consumers, Topics topics, String clientId) {
        this.consumers = consumers;
        this.clientId = clientId;
        this.partition = new TopicPartition(topics.progress(), 0);
    }

    /** The youngest cut that is committed; empty where there is none. */
    public Optional<Cut> find() {
        return ConsumerProperties.call("looking where the log ends", this::search);
    }

    private Optional<Cut> search() {
        Consumer<byte[], byte[]> consumer = opened == null ? consumers.newConsumer(clientId) : opened;
        opened = consumer;
        if (!consumer.listTopics(TIMEOUT).containsKey(partition.topic())) {
            return Optional.empty();
        }
        consumer.assign(List.of(partition));
        long beginning = offset(
                        consumer.beginningOffsets(List.of(partition), TIMEOUT).get(partition))
                .orElse(0);
        long end = offset(consumer.endOffsets(List.of(partition), TIMEOUT).get(partition))
                .orElse(0);
        long from = end;
        for (long step = FIRST_STEP_BACK; from > beginning; step *= 2) {
            from = Math.max(beginning, end - step);
            Optional<Cut> last = lastBetween(consumer, from, end);
            if (last.isPresent()) {
                return last;
            }
        }
        return Optional.empty();
    }

    private static OptionalLong offset(@Nullable Long offset) {
        return offset == null ? OptionalLong.empty() : OptionalLong.of(offset);
    }

    /** Markers of transactions have offsets too, so between two offsets there need be no record. */
    private Optional<Cut> lastBetween(Consumer<byte[], byte[]> consumer, long from, long end) {
        consumer.seek(partition, from);
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        byte[] last = null;
        while (consumer.position(partition, TIMEOUT) < end && System.nanoTime() < deadline) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                last = record.value();
            }
        }
        return Optional.ofNullable(last).map(codec::decode);
    }

    @Override
    public void close() {
        if (opened != null) {
            opened.close();
        }
    }
}
