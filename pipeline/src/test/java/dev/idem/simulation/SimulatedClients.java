package dev.idem.simulation;

import dev.idem.change.Topics;
import dev.idem.publish.LogClients;
import java.util.Collection;
import java.util.Random;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.IsolationLevel;
import org.jspecify.annotations.Nullable;

/**
 * A capture's clients of the simulated log.
 *
 * <p><i>Threads:</i> one thread.
 */
final class SimulatedClients implements LogClients {

    private final SimulatedLog log;
    private final Faults faults;
    private final Random random;
    private final Topics topics;
    private @Nullable SimulatedProducer producer;

    SimulatedClients(SimulatedLog log, Faults faults, Random random, Topics topics) {
        this.log = log;
        this.faults = faults;
        this.random = random;
        this.topics = topics;
    }

    /** True where another capture has taken over since. */
    boolean isFenced() {
        return producer != null && producer.isFenced();
    }

    @Override
    public void ensureControlTopics() {
        log.ensure(topics.progress(), 1);
        log.ensure(topics.schema(), 1);
    }

    @Override
    public void ensureTableTopics(Collection<String> tableTopics) {
        tableTopics.forEach(log::ensureTable);
    }

    @Override
    public Producer<byte[], byte[]> producer() {
        SimulatedProducer made = new SimulatedProducer(log, faults);
        producer = made;
        return made;
    }

    @Override
    public Consumer<byte[], byte[]> consumer(IsolationLevel isolation) {
        return new SimulatedConsumer(log, faults, random, isolation);
    }

    @Override
    public String address() {
        return "the simulated log";
    }

    @Override
    public void close() {
        // nothing is held
    }
}
