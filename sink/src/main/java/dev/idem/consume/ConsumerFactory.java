package dev.idem.consume;

import org.apache.kafka.clients.consumer.Consumer;

/**
 * Makes the consumers by which this room reads the log: committed records only, positions set by the caller.
 *
 * <p><i>Threads:</i> thread-safe; each consumer belongs to one thread.
 */
@FunctionalInterface
public interface ConsumerFactory {

    /** A consumer that reads nothing before it is assigned a partition; the caller closes it. */
    Consumer<byte[], byte[]> newConsumer(String clientId);
}
