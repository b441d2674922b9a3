package dev.idem.process;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Repeats a duty on a thread of its own, at the pauses that the duty names, or sooner where somebody wakes it up.
 *
 * <p><i>Threads:</i> thread-safe.
 */
final class DutyCycle {

    private static final Logger LOG = LoggerFactory.getLogger(DutyCycle.class);

    private final Duty duty;
    private final Duration first;
    private final BlockingQueue<Boolean> wakeUps = new ArrayBlockingQueue<>(1);
    private final Thread thread;
    private volatile boolean isClosing;

    /** What is repeated; it answers for its failures itself. */
    interface Duty {

        /** Does what there is to do; how long to wait for more. */
        Duration runOnce();

        /** The cycle has ended. */
        default void end() {}
    }

    /**
     * A cycle that has not begun.
     *
     * @param first how long to wait before the first time
     */
    DutyCycle(String threadName, Duration first, Duty duty) {
        this.duty = duty;
        this.first = first;
        this.thread = new Thread(this::run, threadName);
        this.thread.setDaemon(true);
    }

    /** Begins; once. */
    void start() {
        thread.start();
    }

    /** There is something to do. */
    void wakeUp() {
        wakeUps.offer(true);
    }

    /** True from {@link #close} on: what takes long is to end. */
    boolean isClosing() {
        return isClosing;
    }

    /** Breaks into what the duty waits for. */
    void interrupt() {
        thread.interrupt();
    }

    private void run() {
        Duration pause = first;
        try {
            while (!isClosing) {
                wakeUps.poll(pause.toMillis(), TimeUnit.MILLISECONDS);
                if (!isClosing) {
                    pause = duty.runOnce();
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("interrupted", e);
        } finally {
            duty.end();
        }
    }

    /**
     * Ends the cycle and waits for that, but not for ever.
     *
     * @param stop asks the duty to end what it is at
     * @param longest how long it may take before it is interrupted
     */
    void close(Runnable stop, Duration longest) {
        isClosing = true;
        stop.run();
        wakeUp();
        try {
            thread.join(longest.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        thread.interrupt();
    }
}
