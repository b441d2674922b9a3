package dev.idem.error;

import org.jspecify.annotations.Nullable;

/**
 * A failure with its kind. The message says what failed, where, what was found and what was expected, and where a
 * person must act, the remedy. It never holds values of a row or a secret.
 */
public final class PipelineException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final ErrorKind kind;

    /** A failure found by ourselves. */
    public PipelineException(ErrorKind kind, String message) {
        this(kind, message, null);
    }

    /** A failure that another one caused. */
    public PipelineException(ErrorKind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** What kind of failure it is. */
    public ErrorKind kind() {
        return kind;
    }

    /** What is done about it. */
    public ErrorKind.Response response() {
        return kind.response();
    }
}
