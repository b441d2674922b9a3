package dev.idem.testing;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Sends signals that Java has no method for, by the program {@code kill}. */
public final class Signals {

    private Signals() {}

    /**
     * Sends a signal and waits until it is sent.
     *
     * @param name such as {@code STOP}
     * @param pid of the process that gets it
     */
    public static void send(String name, long pid) {
        try {
            int code = new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                    .inheritIO()
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new IllegalStateException("kill -" + name + " " + pid + " ended with " + code);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while sending a signal", e);
        }
    }
}
