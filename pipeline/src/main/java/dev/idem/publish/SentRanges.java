package dev.idem.publish;

import dev.idem.change.Cut;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * The offsets that one Kafka transaction has written, by topic and partition, and the first fault.
 *
 * <p><i>Threads:</i> thread-safe: the producer's own thread reports, the publisher's asks after a flush.
 */
final class SentRanges {

    private final Map<String, Map<Integer, Cut.OffsetRange>> ranges = new HashMap<>();
    private @Nullable Exception fault;

    synchronized void completed(RecordMetadata metadata, @Nullable Exception error) {
        if (error != null) {
            failed(error);
            return;
        }
        long offset = metadata.offset();
        ranges.computeIfAbsent(metadata.topic(), topic -> new TreeMap<>())
                .merge(
                        metadata.partition(),
                        new Cut.OffsetRange(offset, offset + 1),
                        (a, b) -> new Cut.OffsetRange(Math.min(a.from(), b.from()), Math.max(a.to(), b.to())));
    }

    synchronized void failed(Exception error) {
        fault = fault == null ? error : fault;
    }

    /** The first fault, where there was one. */
    synchronized Optional<Exception> fault() {
        return Optional.ofNullable(fault);
    }

    /** What was written. */
    synchronized Map<String, Map<Integer, Cut.OffsetRange>> written() {
        return ranges;
    }
}
