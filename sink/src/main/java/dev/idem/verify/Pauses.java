package dev.idem.verify;

import java.time.Duration;
import java.util.concurrent.CancellationException;

/** The waits of a comparison, which an interrupt of its thread ends together with the comparison. */
final class Pauses {

    private Pauses() {}

    /**
     * Waits.
     *
     * @throws CancellationException where the thread is interrupted; it stays so
     */
    static void pause(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("the comparison was interrupted");
        }
    }
}
