package dev.idem.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * A producer of the simulated log. Records leave it at a flush; those that a commit finds unsent are left out of it, as
 * Kafka's producer does now and then.
 *
 * <p><i>Threads:</i> one thread.
 */
final class SimulatedProducer extends MockProducer<byte[], byte[]> {

    private final SimulatedLog log;
    private final Faults faults;
    private final List<Unsent> unsent = new ArrayList<>();
    private long epoch;

    private record Unsent(ProducerRecord<byte[], byte[]> record, Callback callback) {}

    SimulatedProducer(SimulatedLog log, Faults faults) {
        this.log = log;
        this.faults = faults;
    }

    @Override
    public void initTransactions() {
        faults.before("initTransactions", TimeoutException::new);
        epoch = log.initTransactions();
        faults.after("initTransactions", TimeoutException::new);
    }

    /** True where a younger producer has taken over. */
    boolean isFenced() {
        return epoch > 0 && log.isFenced(epoch);
    }

    @Override
    public void beginTransaction() {
        unsent.clear();
    }

    @Override
    public synchronized Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
        unsent.add(new Unsent(record, callback));
        return new CompletableFuture<>();
    }

    @Override
    public synchronized void flush() {
        List<Unsent> sending = List.copyOf(unsent);
        unsent.clear();
        for (Unsent one : sending) {
            try {
                faults.before("produce to " + one.record().topic(), TimeoutException::new);
                TopicPartition partition = log.partitionOf(one.record());
                long offset = log.append(epoch, partition, one.record()).offset();
                faults.after("produce to " + one.record().topic(), TimeoutException::new);
                one.callback().onCompletion(new RecordMetadata(partition, offset, 0, 0, 0, 0), null);
            } catch (org.apache.kafka.common.KafkaException e) {
                one.callback().onCompletion(new RecordMetadata(new TopicPartition("none", 0), -1, 0, 0, 0, 0), e);
            }
        }
    }

    @Override
    public void commitTransaction() {
        faults.before("commitTransaction", TimeoutException::new);
        log.commit(epoch);
        faults.after("commitTransaction", TimeoutException::new);
    }

    @Override
    public void abortTransaction() {
        faults.before("abortTransaction", TimeoutException::new);
        log.abort(epoch);
    }

    @Override
    public void close() {
        unsent.clear();
    }

    @Override
    public void close(java.time.Duration timeout) {
        unsent.clear();
    }
}
