package dev.idem.process;

import dev.idem.config.Settings;
import dev.idem.error.PipelineException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The long-lived process: servers where they are ours, the pipeline, and a line about it from time to time, until it is
 * told to stop or cannot go on.
 *
 * <p><i>Threads:</i> {@link #run} belongs to one thread; {@link #stop} is thread-safe.
 */
public final class RunningProcess {

    private static final Logger LOG = LoggerFactory.getLogger(RunningProcess.class);
    private static final Duration WATCH = Duration.ofMillis(500);
    private static final Duration STATUS_EVERY = Duration.ofSeconds(10);
    private static final Duration LONGEST_STOP = Duration.ofMinutes(2);

    private final Settings settings;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);

    /** A process that has not begun. */
    public RunningProcess(Settings settings) {
        this.settings = settings;
    }

    /**
     * Runs until {@link #stop}, or until a part ends by a failure that a person must mend.
     *
     * @throws PipelineException that failure; everything is stopped then and can be started again
     */
    public void run() {
        settings.effective()
                .forEach(given -> LOG.info("setting {}={} from=\"{}\"", given.key(), given.value(), given.origin()));
        try (EmbeddedServers servers = EmbeddedServers.start(settings);
                Pipeline pipeline = new Pipeline(settings, servers);
                PipelineWatch status = PipelineWatch.start(settings, servers, pipeline)) {
            servers.ownSource().ifPresent(ours -> LOG.info("embedded source url={}", ours.address()));
            servers.ownWarehouse().ifPresent(ours -> LOG.info("embedded warehouse url={}", ours.address()));
            try (HttpInterface.Parts parts = HttpInterface.Parts.start(settings, servers, pipeline, status)) {
                serve(servers, parts);
            }
        } finally {
            stopped.countDown();
        }
        LOG.info("stopped name={}", settings.name());
    }

    private void serve(EmbeddedServers servers, HttpInterface.Parts parts) {
        Optional<HttpInterface> http = HttpInterface.start(settings, servers, parts);
        try {
            parts.pipeline().start();
            watch(parts.pipeline());
        } finally {
            http.ifPresent(HttpInterface::close);
        }
    }

    private void watch(Pipeline pipeline) {
        long next = System.nanoTime();
        String last = "";
        while (!awaitStop()) {
            Optional<PipelineException> failure = pipeline.failure();
            if (failure.isPresent()) {
                throw failure.get();
            }
            if (System.nanoTime() >= next) {
                next += STATUS_EVERY.toNanos();
                String line = StatusLine.of(pipeline);
                if (!line.equals(last)) {
                    LOG.info("{}", line);
                }
                last = line;
            }
        }
    }

    private boolean awaitStop() {
        try {
            return stopping.await(WATCH.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Asks {@link #run} to end and waits for it, two minutes at the most. */
    public void stop() {
        stopping.countDown();
        try {
            if (!stopped.await(LONGEST_STOP.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("did not stop in time waitedSeconds={}", LONGEST_STOP.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
