package dev.idem.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets work end in good order when the process is told to end: asks it to stop and waits until it has.
 *
 * <p><i>Threads:</i> made and closed by the thread that does the work.
 */
final class StopOnExit implements AutoCloseable {

    private static final int LONGEST_STOP_SECONDS = 30;

    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook;

    /** From here to {@link #close} the work is asked to stop by {@code stop}, which must be thread-safe. */
    StopOnExit(Runnable stop) {
        hook = new Thread(() -> stop(stop), "idem-stop");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void stop(Runnable stop) {
        stop.run();
        try {
            ended.await(LONGEST_STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The work has ended; where the hook runs already, it ends by itself. */
    @Override
    public void close() {
        ended.countDown();
        if (!hook.isAlive()) {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }
}
