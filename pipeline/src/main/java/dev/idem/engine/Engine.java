package dev.idem.engine;

import io.debezium.embedded.Connect;
import io.debezium.engine.ChangeEvent;
import io.debezium.engine.DebeziumEngine;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of the embedded engine, from a start to its end; never restarted.
 *
 * <p>Only the record that a {@link Handler} names is marked as processed. The engine keeps its position in memory and
 * reads it back from there to confirm it to the slot, so the slot never moves beyond what the handler has said.
 *
 * <p>No exception of the handler reaches the engine as it was: Kafka Connect's {@code RetriableException} would make
 * the engine drop the batch and go on.
 *
 * <p><i>Threads:</i> the handler is called on one thread of the engine; the other methods are for the owner's thread.
 */
public final class Engine implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);
    private static final Duration LONGEST_END = Duration.ofSeconds(60);
    private static final Duration STOP_AGAIN = Duration.ofMillis(100);
    private static final String COUNT_BY_TABLE = "transaction_data_collection_order_";

    /** Takes the records in the WAL's order. */
    @FunctionalInterface
    public interface Handler {
        /**
         * Handles a batch.
         *
         * @return the index of the last record up to which everything is durable, or -1 where the batch adds nothing
         */
        int handle(List<SourceRecord> records);
    }

    private final DebeziumEngine<ChangeEvent<SourceRecord, SourceRecord>> engine;
    private final Thread thread;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    private Engine(Properties options, Handler handler) {
        this.engine = DebeziumEngine.create(Connect.class)
                .using(options)
                .notifying((events, committer) -> handle(handler, events, committer))
                .using((success, message, error) -> completed(success, message, error))
                .build();
        this.thread = new Thread(this::run, "idem-engine");
        this.thread.setDaemon(true);
    }

    /**
     * Starts an engine in a thread of its own; where it ends by itself, {@link #failure} tells why.
     *
     * @param options Debezium's and the connector's
     * @param handler takes the batches, in that thread
     */
    public static Engine start(Properties options, Handler handler) {
        MendedTypeRegistry.use();
        Engine engine = new Engine(options, handler);
        engine.thread.start();
        return engine;
    }

    private void run() {
        try {
            engine.run();
        } catch (RuntimeException e) {
            failure.compareAndSet(null, e);
        } finally {
            ended.countDown();
        }
    }

    private void handle(
            Handler handler,
            List<ChangeEvent<SourceRecord, SourceRecord>> events,
            DebeziumEngine.RecordCommitter<ChangeEvent<SourceRecord, SourceRecord>> committer)
            throws InterruptedException {
        if (failure.get() != null) {
            return;
        }
        try {
            int durable = handler.handle(events.stream().map(ChangeEvent::value).toList());
            if (durable >= 0) {
                committer.markProcessed(
                        events.get(durable), position(events.get(durable).value(), committer));
            }
        } catch (RuntimeException e) {
            failure.compareAndSet(null, e);
            throw new EngineStoppedException(e);
        }
        committer.markBatchFinished();
    }

    /**
     * The record's position without its counts by table. They are for an engine that starts in mid-transaction, which
     * ours never does, and the engine cannot read them back where a table's name has characters beyond U+FFFF.
     */
    private static DebeziumEngine.Offsets position(
            SourceRecord record, DebeziumEngine.RecordCommitter<ChangeEvent<SourceRecord, SourceRecord>> committer) {
        DebeziumEngine.Offsets offsets = committer.buildOffsets();
        record.sourceOffset().forEach((name, value) -> {
            if (!name.startsWith(COUNT_BY_TABLE)) {
                offsets.set(name, value);
            }
        });
        return offsets;
    }

    private void completed(boolean success, @Nullable String message, @Nullable Throwable error) {
        if (!success) {
            failure.compareAndSet(null, error != null ? error : new IllegalStateException(String.valueOf(message)));
        }
    }

    /** Waits until the engine has ended or {@code patience} has passed; true where it has ended. */
    public boolean awaitEnd(Duration patience) throws InterruptedException {
        return ended.await(patience.toMillis(), TimeUnit.MILLISECONDS) || failure.get() != null;
    }

    /** Why the engine or its handler failed. */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure.get());
    }

    /** Stops the engine and waits for its end. */
    @Override
    public void close() {
        try {
            if (!stop()) {
                LOG.warn("the engine has not ended after {}; its thread is interrupted", LONGEST_END);
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            thread.interrupt();
        }
    }

    /** Asks until the engine has ended or the time is up: while its task starts the engine refuses to stop. */
    private boolean stop() throws InterruptedException {
        long until = System.nanoTime() + LONGEST_END.toNanos();
        do {
            try {
                engine.close();
            } catch (IOException | IllegalStateException e) {
                LOG.debug("the engine is starting or was already closing", e);
            }
            if (ended.await(STOP_AGAIN.toMillis(), TimeUnit.MILLISECONDS)) {
                return true;
            }
        } while (System.nanoTime() < until);
        return false;
    }

    /** Tells the engine that its handler gave up. */
    private static final class EngineStoppedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        EngineStoppedException(Throwable cause) {
            super("the handler failed: " + cause.getMessage(), cause);
        }
    }
}
