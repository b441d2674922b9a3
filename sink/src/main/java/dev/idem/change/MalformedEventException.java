package dev.idem.change;

/**
 * A record of the log that is not what it should be. The message says what was found and what was expected and never
 * holds values of a row; the one that reads the log adds the record's coordinates.
 */
public final class MalformedEventException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** With what is wrong. */
    public MalformedEventException(String message) {
        super(message);
    }

    /** With what is wrong and what found it. */
    public MalformedEventException(String message, Throwable cause) {
        super(message, cause);
    }
}
