package dev.idem.process;

import dev.idem.apply.ReplayWriter;
import dev.idem.apply.Sink;
import dev.idem.change.Topics;
import dev.idem.config.Settings;
import dev.idem.control.ReplayEntry;
import dev.idem.control.ReplayOrders;
import dev.idem.control.ReplayRecord;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.replay.LogPosition;
import dev.idem.replay.LogView;
import dev.idem.replay.Replay;
import dev.idem.replay.ReplayProgress;
import dev.idem.replay.ReplayRequest;
import dev.idem.replay.SavedOffsets;
import dev.idem.warehouse.Warehouse;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out the replays that were asked for over HTTP, beside the running pipeline, one after the other.
 *
 * <p>Only the process whose sink writes does this. A replay that a process did not finish is resumed by the next; one
 * that cannot be carried out is ended as failed, so that it is in no other's way.
 *
 * <p><i>Threads:</i> thread-safe; works on a thread of its own.
 */
final class ReplayRunner implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ReplayRunner.class);
    private static final Duration LOOK = Duration.ofSeconds(5);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(30);
    private static final Duration LONGEST_STOP = Duration.ofSeconds(10);

    private final Settings settings;
    private final Pipeline pipeline;
    private final Warehouse warehouse;
    private final LogView log;
    private final ReplayOrders orders;
    private final ReentrantLock planning = new ReentrantLock();
    private final BlockingQueue<Boolean> wakeUps = new ArrayBlockingQueue<>(1);
    private final Thread thread;
    private volatile @Nullable Replay current;
    private volatile boolean isClosing;

    private ReplayRunner(Settings settings, EmbeddedServers servers, Pipeline pipeline) {
        this.settings = settings;
        this.pipeline = pipeline;
        this.warehouse = Pipeline.warehouse(settings, servers.warehouse(settings), "replay");
        this.log = new LogView(
                Pipeline.consumers(settings, servers.bootstrapServers(settings)), new Topics(settings.name()));
        this.orders = new ReplayOrders(warehouse, settings.name());
        this.thread = new Thread(this::run, "idem-replay");
        this.thread.setDaemon(true);
    }

    /** Begins, where this process applies and can be asked; else empty. */
    static Optional<ReplayRunner> start(Settings settings, EmbeddedServers servers, Pipeline pipeline) {
        if (!settings.role().applies() || settings.http().port().isEmpty()) {
            return Optional.empty();
        }
        ReplayRunner runner = new ReplayRunner(settings, servers, pipeline);
        runner.thread.start();
        return Optional.of(runner);
    }

    /** The orders. */
    ReplayOrders orders() {
        return orders;
    }

    /** There is an order. */
    void wakeUp() {
        wakeUps.offer(true);
    }

    /**
     * What a request comes to; thread-safe. It reads through the log's cuts, so one is planned at a time.
     *
     * @throws PipelineException see {@link Replay#plan}; {@link ErrorKind#WAREHOUSE_BUSY} while another is planned
     */
    ReplayRecord plan(ReplayRequest request) {
        return lookAtLog(writer -> replay(writer).plan(request));
    }

    /**
     * Saved offsets; thread-safe, one look at a time.
     *
     * @throws PipelineException see {@link SavedOffsets#of}; {@link ErrorKind#WAREHOUSE_BUSY} while the log is looked
     *     at
     */
    SavedOffsets offsets(Optional<LogPosition> position, int last) {
        return lookAtLog(
                writer -> SavedOffsets.of(log, writer.target(), position, last, Clock.system(ZoneId.systemDefault())));
    }

    private <T> T lookAtLog(Function<ReplayWriter, T> look) {
        if (!planning.tryLock()) {
            throw new PipelineException(
                    ErrorKind.WAREHOUSE_BUSY,
                    "the log is being looked at for another request at this moment (expected: one at a time). Remedy: send"
                            + " the same request again");
        }
        try (ReplayWriter writer = writer()) {
            return look.apply(writer);
        } finally {
            planning.unlock();
        }
    }

    private ReplayWriter writer() {
        return ReplayWriter.open(warehouse, settings.name(), Pipeline.applySettings(settings));
    }

    private Replay replay(ReplayWriter writer) {
        return new Replay(log, writer, Clock.system(ZoneId.systemDefault()), progress -> {});
    }

    private void run() {
        Duration pause = LOOK;
        try {
            while (!isClosing) {
                wakeUps.poll(pause.toMillis(), TimeUnit.MILLISECONDS);
                pause = runOnce();
            }
        } catch (InterruptedException e) {
            LOG.debug("interrupted", e);
        }
    }

    /** Carries out what is asked for; how long to wait for more. */
    private Duration runOnce() {
        Duration pause = LOOK;
        for (ReplayEntry entry : open()) {
            if (!isClosing && !carryOut(entry)) {
                pause = AFTER_FAILURE;
            }
        }
        return pause;
    }

    private List<ReplayEntry> open() {
        boolean isWriter = pipeline.sink()
                .map(Sink::state)
                .filter(Sink.State.RUNNING::equals)
                .isPresent();
        try {
            return isWriter ? orders.open() : List.of();
        } catch (PipelineException e) {
            LOG.warn("replays that were asked for are not seen reason=\"{}\"", e.getMessage());
            return List.of();
        }
    }

    /** False where it is to be tried again. */
    private boolean carryOut(ReplayEntry entry) {
        long id = entry.replay().id();
        try (ReplayWriter writer = writer()) {
            Replay replay = replay(writer);
            current = replay;
            if (isClosing) {
                replay.stop();
            }
            LOG.info(
                    "replay goes on replay={} request=\"{}\"",
                    id,
                    entry.replay().request());
            OptionalLong rate = entry.terms().eventsPerSecond();
            tell(
                    entry.terms().isDryRun()
                            ? replay.resumeRehearsal(entry.replay(), rate)
                            : replay.resume(entry.replay(), rate));
            return true;
        } catch (PipelineException e) {
            return isClosing || answer(id, e);
        } catch (RuntimeException e) {
            if (!isClosing) {
                LOG.error("replay failed replay={} remedy=\"please report it\"", id, e);
                fail(id, "an error that nobody foresaw, see the log of the process");
            }
            return true;
        } finally {
            current = null;
        }
    }

    private boolean answer(long id, PipelineException failure) {
        if (failure.kind().response() == ErrorKind.Response.RETRY) {
            LOG.warn("replay waits and is tried again replay={} reason=\"{}\"", id, failure.getMessage());
            return false;
        }
        LOG.error("replay failed replay={} reason=\"{}\"", id, failure.getMessage());
        fail(id, String.valueOf(failure.getMessage()));
        return true;
    }

    private void fail(long id, String reason) {
        try {
            orders.failed(id, reason);
        } catch (PipelineException e) {
            LOG.warn("the failure of a replay is not kept yet replay={} reason=\"{}\"", id, e.getMessage());
        }
    }

    private static void tell(ReplayProgress end) {
        LOG.info(
                "replay ended replay={} state={} seen={} changed={}", end.id(), end.state(), end.seen(), end.changed());
    }

    /** What is going on ends after the piece in hand, and is resumed by the next process. */
    @Override
    public void close() {
        isClosing = true;
        Replay replay = current;
        if (replay != null) {
            replay.stop();
        }
        wakeUp();
        try {
            thread.join(LONGEST_STOP.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        thread.interrupt();
    }
}
