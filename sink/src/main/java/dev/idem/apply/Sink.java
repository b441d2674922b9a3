package dev.idem.apply;

import dev.idem.change.Topics;
import dev.idem.consume.ConsumerProperties;
import dev.idem.consume.CutFollower;
import dev.idem.consume.ReadInterruptedException;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.warehouse.Progress;
import dev.idem.warehouse.Warehouse;
import dev.idem.warehouse.WriterClaim;
import dev.idem.warehouse.WriterLease;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sink as a service: runs the duty cycle on its own thread and starts it anew after failures that can heal.
 *
 * <p><i>Threads:</i> thread-safe.
 *
 * <p><i>Fails:</i> never to its caller after {@link #start}; {@link #state} and {@link #failure} tell what happened. A
 * failure that a person must mend leaves it {@link State#FAILED}, with nothing half applied.
 */
public final class Sink implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Sink.class);
    private static final Duration WAIT_FOR_CUTS = Duration.ofMillis(500);
    private static final Duration WAIT_FOR_LOG = Duration.ofSeconds(1);
    private static final Duration WAIT_FOR_LEASE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);

    /**
     * Where the service is. NEW to RUNNING by {@link #start}; RUNNING to STANDBY, PAUSED and RETRYING and back; from
     * any to STOPPED by {@link #close}, or to FAILED.
     */
    public enum State {
        /** Not started. */
        NEW,
        /** Applies what the log holds. */
        RUNNING,
        /** Another sink of the pipeline is the writer; waits for its death. */
        STANDBY,
        /** Applies nothing, because a person asked for that. */
        PAUSED,
        /** Waits before it tries again. */
        RETRYING,
        /** Ended by a failure that a person must mend. */
        FAILED,
        /** Ended because it was asked to. */
        STOPPED
    }

    private final Warehouse warehouse;
    private final ConsumerProperties consumers;
    private final Topics topics;
    private final ApplySettings settings;
    private final SinkListener listener;
    private final Thread thread;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final AtomicBoolean rewind = new AtomicBoolean();
    private WriterClaim claim = WriterClaim.starting();
    private volatile State state = State.NEW;
    private volatile @Nullable PipelineException failure;
    private volatile @Nullable Progress progress;
    private volatile @Nullable ApplyLoop current;
    private @Nullable WriterLease lease;

    /** A sink that does nothing before {@link #start}. */
    public Sink(
            Warehouse warehouse,
            ConsumerProperties consumers,
            Topics topics,
            ApplySettings settings,
            SinkListener listener) {
        this.warehouse = warehouse;
        this.consumers = consumers;
        this.topics = topics;
        this.settings = settings;
        this.listener = listener;
        this.thread = new Thread(this::run, "idem-sink");
    }

    /** Starts the service's thread; once. */
    public void start() {
        state = State.RUNNING;
        thread.start();
    }

    /** Where the service is. */
    public State state() {
        return state;
    }

    /** The last failure; null where there was none since the service last made progress. */
    public @Nullable PipelineException failure() {
        return failure;
    }

    /** How far the warehouse is, as of the last commit of this service; null before it was first reached. */
    public @Nullable Progress progress() {
        return progress;
    }

    /** Asks that every event of the log is read again from its beginning; returns at once. */
    public void replayFromBeginning() {
        rewind.set(true);
    }

    private void run() {
        try {
            runUntilEnd();
        } finally {
            giveLeaseBack();
        }
    }

    private void runUntilEnd() {
        Duration pause = FIRST_PAUSE;
        while (!isStopping()) {
            try {
                state = State.RUNNING;
                runLoop();
            } catch (ReadInterruptedException e) {
                LOG.debug("sink woken up stopping={}", isStopping());
            } catch (PipelineException e) {
                pause = progressedSince(pause);
                if (!retries(e, pause)) {
                    return;
                }
                pause = longer(pause);
            } catch (RuntimeException | Error e) {
                fail(new PipelineException(ErrorKind.INVARIANT, "sink: " + e, e));
                return;
            }
        }
        state = State.STOPPED;
    }

    /** A failure after a success begins with the shortest pause again. */
    private Duration progressedSince(Duration pause) {
        return failure == null ? FIRST_PAUSE : pause;
    }

    private static Duration longer(Duration pause) {
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
    }

    private boolean retries(PipelineException e, Duration pause) {
        if (e.response() != ErrorKind.Response.RETRY) {
            fail(e);
            return false;
        }
        failure = e;
        state = State.RETRYING;
        LOG.warn("sink waits before it tries again pauseMs={} reason=\"{}\"", pause.toMillis(), e.getMessage());
        await(pause);
        return true;
    }

    private void fail(PipelineException e) {
        failure = e;
        state = State.FAILED;
        LOG.error("sink stopped kind={} reason=\"{}\"", e.kind(), e.getMessage(), e);
    }

    private void runLoop() {
        warehouse.migrate();
        WriterLease own = awaitLease();
        try (ApplyLoop loop = open()) {
            current = loop;
            progress = loop.progress();
            LOG.info(
                    "sink applies generation={} cut={} commitLsn={}",
                    loop.progress().generation(),
                    loop.progress().cut(),
                    loop.progress().commitLsn());
            while (!isStopping()) {
                if (rewind.getAndSet(false)) {
                    loop.rewindToBeginning();
                }
                requireLease(own);
                if (loop.isPaused()) {
                    state = State.PAUSED;
                    await(WAIT_FOR_CUTS);
                } else {
                    state = State.RUNNING;
                    loop.runOnce(WAIT_FOR_CUTS);
                }
                progress = loop.progress();
                failure = null;
            }
        } finally {
            current = null;
        }
    }

    /** Stands by while another sink of the pipeline lives. */
    private WriterLease awaitLease() {
        WriterLease own = lease;
        while (own == null) {
            own = WriterLease.tryTake(warehouse, topics.pipeline(), claim.writer())
                    .orElse(null);
            if (own == null) {
                if (state != State.STANDBY) {
                    LOG.info("sink stands by: another sink is the writer pipeline={}", topics.pipeline());
                }
                state = State.STANDBY;
                if (await(WAIT_FOR_LEASE)) {
                    throw new ReadInterruptedException(null);
                }
            }
        }
        lease = own;
        state = State.RUNNING;
        return own;
    }

    private void requireLease(WriterLease own) {
        if (own.isLost()) {
            throw new PipelineException(
                    ErrorKind.FENCED,
                    "the sink of pipeline " + topics.pipeline() + ": a younger writer has taken over, because this one"
                            + " was not seen in time (expected: a sign of life every 2 s). What was committed stays");
        }
    }

    private void giveLeaseBack() {
        WriterLease own = lease;
        if (own != null) {
            own.close();
            lease = null;
        }
    }

    private ApplyLoop open() {
        String clientId = "idem-" + topics.pipeline() + "-sink";
        CutFollower follower = new CutFollower(consumers, topics, clientId + "-cuts");
        try {
            while (!follower.exists()) {
                LOG.info("sink waits for the log topic={}", topics.progress());
                if (await(WAIT_FOR_LOG)) {
                    throw new ReadInterruptedException(null);
                }
            }
            WarehouseWriter writer = WarehouseWriter.takeOver(warehouse, topics.pipeline(), settings, claim);
            claim = claim.goingOn();
            return new ApplyLoop(writer, follower, topics, settings, listener, consumers, clientId);
        } catch (RuntimeException e) {
            follower.close();
            throw e;
        }
    }

    private boolean isStopping() {
        return stopping.getCount() == 0;
    }

    /** Waits; true where the service is stopping. */
    private boolean await(Duration time) {
        try {
            return stopping.await(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Ends the service: what is in hand is committed or rolled back whole. Waits for the thread. */
    @Override
    public void close() {
        stopping.countDown();
        ApplyLoop loop = current;
        if (loop != null) {
            loop.wakeup();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
