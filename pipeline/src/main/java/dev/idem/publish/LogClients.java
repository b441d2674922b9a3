package dev.idem.publish;

import java.util.Collection;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.IsolationLevel;

/**
 * The clients by which one capture reaches the log.
 *
 * <p><i>Threads:</i> one thread; the clients as Kafka says.
 */
public interface LogClients extends AutoCloseable {

    /** Makes sure that the topics of the cuts and of the definitions exist and are fit. */
    void ensureControlTopics();

    /** Makes the topics of these tables where they are missing. */
    void ensureTableTopics(Collection<String> tableTopics);

    /** A producer with the capture's transactional id, which it has not taken over yet; the caller closes it. */
    Producer<byte[], byte[]> producer();

    /** A consumer without a group and without partitions; the caller closes it. */
    Consumer<byte[], byte[]> consumer(IsolationLevel isolation);

    /** Where the log is, for messages. */
    String address();

    @Override
    void close();
}
