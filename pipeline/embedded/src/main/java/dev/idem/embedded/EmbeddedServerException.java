package dev.idem.embedded;

import org.jspecify.annotations.Nullable;

/**
 * An embedded server cannot start, run or stop; the message says which, why, and what to do where something can be
 * done.
 */
public final class EmbeddedServerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public EmbeddedServerException(String message) {
        super(message);
    }

    public EmbeddedServerException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
