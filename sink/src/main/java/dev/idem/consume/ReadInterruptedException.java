package dev.idem.consume;

import org.jspecify.annotations.Nullable;

/** A read ended early because the reader was asked to stop; nothing is wrong. */
public final class ReadInterruptedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** With what the client threw; null where nothing was being read. */
    public ReadInterruptedException(@Nullable Throwable cause) {
        super("reading was ended by a stop", cause);
    }
}
