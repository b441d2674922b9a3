package dev.idem.capture;

import dev.idem.capture.CaptureStatus.State;
import dev.idem.change.Lsn;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.source.MissedRows;
import dev.idem.source.SourceFault;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Captures the source's changes into the log until it is told to stop.
 *
 * <p>It supervises one {@link CaptureRun} after another: what can heal is tried again with growing pauses, what a
 * person must mend ends it with the remedy. All that it needs to go on after any death stands in the log and in the
 * slot.
 *
 * <p><i>Threads:</i> thread-safe; runs on a thread of its own.
 */
public final class Capture implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Capture.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);
    /** Tries at one place, some 15 seconds. */
    private static final int UNDECODABLE_AFTER = 6;

    private static final Duration STANDBY_LOOK = Duration.ofSeconds(1);
    private static final Duration LONGEST_STOP = Duration.ofSeconds(90);

    private final CaptureSettings settings;
    private final CaptureProgress progress = new CaptureProgress();
    private final CountDownLatch stopRequested = new CountDownLatch(1);
    private final Thread thread;
    private volatile @Nullable PipelineException failure;

    /** A capture that has not started. */
    public Capture(CaptureSettings settings) {
        this.settings = settings;
        this.thread = new Thread(this::supervise, "idem-capture-" + settings.pipeline());
        this.thread.setDaemon(true);
    }

    /** Starts it; once only. Failures show in {@link #status} and {@link #failure}. */
    public void start() {
        thread.start();
    }

    /** How it stands. */
    public CaptureStatus status() {
        return progress.status();
    }

    /** Why it ended, where a person must act. */
    public Optional<PipelineException> failure() {
        return Optional.ofNullable(failure);
    }

    /** Stops and waits for the end. What is not published comes again at the next start. */
    @Override
    public void close() {
        stopRequested.countDown();
        try {
            thread.join(LONGEST_STOP.toMillis());
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }

    private void supervise() {
        int failures = 0;
        Optional<MissedRows.Looked> beforeSnapshot = Optional.empty();
        while (stopRequested.getCount() > 0 && failure == null) {
            Optional<Lsn> before = progress.publishedLsn();
            try {
                progress.state(State.STARTING, "");
                beforeSnapshot = new CaptureRun(settings, progress, stopRequested).run(beforeSnapshot);
                failures = 0;
            } catch (PipelineException e) {
                boolean gotAhead = !before.equals(progress.publishedLsn());
                failures = gotAhead ? 1 : failures + 1;
                boolean undecodable = failures >= UNDECODABLE_AFTER && SourceFault.isOfTheServerItself(e);
                answer(undecodable ? undecodable(e) : e, failures);
            } catch (RuntimeException e) {
                answer(new PipelineException(ErrorKind.INVARIANT, "the capture failed: " + e, e), failures);
            } catch (InterruptedException e) {
                LOG.debug("interrupted", e);
                stopRequested.countDown();
            }
        }
        if (failure == null) {
            progress.state(State.STOPPED, "");
        }
    }

    private void answer(PipelineException e, int failures) {
        if (stopRequested.getCount() == 0) {
            LOG.debug("failed while stopping", e);
            return;
        }
        if (e.response() != ErrorKind.Response.RETRY) {
            progress.state(State.FAILED, message(e));
            failure = e;
            LOG.error("capture stopped kind={} reason={}", e.kind(), message(e), e);
            return;
        }
        // The slot of a capture that died is free within a second, and this one stands by for that.
        Duration pause = e.kind() == ErrorKind.SLOT_BUSY ? STANDBY_LOOK : pause(failures);
        progress.state(State.WAITING, message(e));
        LOG.warn("capture waits kind={} pause={} reason={}", e.kind(), pause, message(e));
        LOG.debug("cause", e);
        try {
            if (stopRequested.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.debug("stopped while waiting");
            }
        } catch (InterruptedException interrupt) {
            stopRequested.countDown();
            LOG.debug("interrupted while waiting", interrupt);
        }
    }

    /** The server cannot decode the slot's WAL; only a new slot helps. */
    private PipelineException undecodable(PipelineException e) {
        String slot = settings.source().slot();
        return new PipelineException(
                ErrorKind.HISTORY_BROKEN,
                "the source's server fails at the same place of its WAL, " + UNDECODABLE_AFTER + " times now: "
                        + message(e)
                        + "; what follows cannot be had from the slot; remedy: see the server's log, and if it does not"
                        + " help, drop the slot, select pg_drop_replication_slot('" + slot
                        + "'), and start once with source.on-new-history=resync, which reads every table anew",
                e);
    }

    private static String message(PipelineException e) {
        return String.valueOf(e.getMessage());
    }

    /** Doubles up to a bound, with a tenth of chance so that two captures do not step together. */
    private static Duration pause(int failures) {
        long doubled = FIRST_PAUSE.toMillis() << Math.min(Math.max(failures - 1, 0), 10);
        long bounded = Math.min(doubled, LONGEST_PAUSE.toMillis());
        return Duration.ofMillis(bounded + ThreadLocalRandom.current().nextLong(bounded / 10 + 1));
    }
}
