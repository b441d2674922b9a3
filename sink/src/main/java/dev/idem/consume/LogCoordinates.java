package dev.idem.consume;

/**
 * Where a record stands in the log.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param topic the topic
 * @param partition the partition
 * @param offset the offset
 */
public record LogCoordinates(String topic, int partition, long offset) {

    /** {@code topic-partition@offset}, as Kafka's own tools write it. */
    @Override
    public String toString() {
        return topic + '-' + partition + '@' + offset;
    }
}
