package dev.idem.consume;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.IsolationLevel;

/**
 * Makes the consumers by which this room reads the log: positions set by the caller.
 *
 * <p><i>Threads:</i> thread-safe; each consumer belongs to one thread.
 */
@FunctionalInterface
public interface ConsumerFactory {

    /**
     * A consumer that reads nothing before it is assigned a partition; the caller closes it.
     *
     * @param isolation records of this room are read committed only; where a topic ends may be asked uncommitted
     */
    Consumer<byte[], byte[]> newConsumer(String clientId, IsolationLevel isolation);

    /** A consumer of committed records. */
    default Consumer<byte[], byte[]> newConsumer(String clientId) {
        return newConsumer(clientId, IsolationLevel.READ_COMMITTED);
    }
}
