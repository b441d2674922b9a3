package dev.idem.embedded;

import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** A signal to another process; Java itself can send only two of them. */
enum Signal {
    /** To a PostgreSQL server: break off all sessions, then stop cleanly. */
    INT,
    /** To a PostgreSQL server: stop at once, recover at the next start. */
    QUIT,
    /** Die. */
    KILL;

    void send(long pid) {
        try {
            new ProcessBuilder("kill", "-" + name().toUpperCase(Locale.ROOT), Long.toString(pid))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor(10, TimeUnit.SECONDS);
        } catch (IOException e) {
            throw new EmbeddedServerException("cannot send " + this + " to process " + pid, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
