package dev.idem.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Lets work end in good order when the process is told to end: asks it to stop and waits until it has.
 *
 * <p><i>Threads:</i> one thread, the one that does the work.
 */
final class StopOnExit {

    private static final int LONGEST_STOP_SECONDS = 30;

    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook;

    private StopOnExit(Runnable stop) {
        hook = new Thread(() -> stop(stop), "idem-stop");
    }

    /**
     * Does the work.
     *
     * @param stop asks the work to stop; thread-safe
     */
    static <T> T during(Supplier<T> work, Runnable stop) {
        StopOnExit watch = new StopOnExit(stop);
        Runtime.getRuntime().addShutdownHook(watch.hook);
        try {
            return work.get();
        } finally {
            watch.end();
        }
    }

    private void stop(Runnable stop) {
        stop.run();
        try {
            ended.await(LONGEST_STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Where the hook runs already, it ends by itself. */
    private void end() {
        ended.countDown();
        if (!hook.isAlive()) {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }
}
