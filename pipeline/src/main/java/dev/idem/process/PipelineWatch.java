package dev.idem.process;

import dev.idem.change.Topics;
import dev.idem.config.Settings;
import dev.idem.consume.LastCut;
import dev.idem.control.WarehouseView;
import dev.idem.source.SourceView;
import dev.idem.status.History;
import dev.idem.status.PipelineStatus;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the running pipeline: asks where it stands from time to time, keeps the last answer and the figures of the
 * last minutes, and says in the log what a person should look at.
 *
 * <p><i>Threads:</i> thread-safe; asks on a thread of its own. Listeners are called on that thread.
 */
public final class PipelineWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PipelineWatch.class);
    private static final Duration WITH_HTTP = Duration.ofSeconds(1);
    private static final Duration WITHOUT_HTTP = Duration.ofSeconds(10);
    private static final Duration LONGEST_STOP = Duration.ofSeconds(30);

    private final StatusSampler sampler;
    private final Duration interval;
    private final History history = new History();
    private final WarningLog warnings = new WarningLog();
    private final List<Consumer<PipelineStatus>> listeners = new CopyOnWriteArrayList<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    private volatile @Nullable PipelineStatus latest;

    private PipelineWatch(StatusSampler sampler, Duration interval) {
        this.sampler = sampler;
        this.interval = interval;
        this.thread = new Thread(this::run, "idem-watch");
        this.thread.setDaemon(true);
    }

    /** Begins to watch the pipeline on these servers. */
    public static PipelineWatch start(Settings settings, EmbeddedServers servers, Pipeline pipeline) {
        SourceView source = settings.role().captures()
                ? new SourceView(Pipeline.sourceSettings(settings, servers.source(settings)))
                : null;
        WarehouseView warehouse = settings.role().applies()
                ? new WarehouseView(
                        Pipeline.warehouse(settings, servers.warehouse(settings))
                                .named("idem status"),
                        settings.name())
                : null;
        LastCut log = new LastCut(
                Pipeline.consumers(settings, servers.bootstrapServers(settings)),
                new Topics(settings.name()),
                "idem-" + settings.name() + "-watch");
        PipelineWatch watch = new PipelineWatch(
                new StatusSampler(settings, new StatusSampler.Watched(pipeline, source, log, warehouse)),
                settings.http().port().isPresent() ? WITH_HTTP : WITHOUT_HTTP);
        watch.thread.start();
        return watch;
    }

    private void run() {
        try {
            do {
                sampleOnce();
            } while (!closing.await(interval.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            LOG.debug("interrupted", e);
        } finally {
            sampler.close();
        }
    }

    /** What is watched must not suffer from the watching: whatever goes wrong here is told and tried again. */
    private void sampleOnce() {
        try {
            PipelineStatus status = sampler.sample();
            latest = status;
            history.add(status);
            warnings.tell(status);
            listeners.forEach(listener -> listener.accept(status));
        } catch (RuntimeException e) {
            if (closing.getCount() > 0) {
                LOG.warn("the status could not be told reason=\"{}\"", e.toString(), e);
            }
        }
    }

    /** The last answer; empty before the first. */
    public Optional<PipelineStatus> latest() {
        return Optional.ofNullable(latest);
    }

    /** The figures of the last minutes. */
    public History history() {
        return history;
    }

    /** Tells each new status; the listener must return quickly. */
    public void listen(Consumer<PipelineStatus> listener) {
        listeners.add(listener);
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join(LONGEST_STOP.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
