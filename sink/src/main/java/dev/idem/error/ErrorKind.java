package dev.idem.error;

/**
 * What kind of failure it is, and so what is done about it.
 *
 * <p><i>Threads:</i> immutable.
 */
public enum ErrorKind {
    /** The settings are wrong. */
    SETTINGS,
    /** The source cannot be reached, or broke the connection. */
    SOURCE_UNREACHABLE,
    /** The source is reached and cannot be used as it is set up. */
    SOURCE_UNFIT,
    /** The replication slot is in use by another process. */
    SLOT_BUSY,
    /** The slot, the log and the source's WAL do not fit each other: going on would lose changes. */
    HISTORY_BROKEN,
    /** Kafka cannot be reached, or answers with a fault that passes. */
    LOG_UNREACHABLE,
    /** Kafka is reached and cannot be used as it is set up. */
    LOG_UNFIT,
    /** The log does not hold what a cut says it holds. */
    LOG_INCOMPLETE,
    /** A younger writer has taken over. */
    FENCED,
    /** The warehouse cannot be reached, or broke the connection. */
    WAREHOUSE_UNREACHABLE,
    /** The warehouse asks to try again: deadlock, serialization failure, a lock or statement timeout. */
    WAREHOUSE_BUSY,
    /** The warehouse is reached and cannot take anything now: disk full, read-only, rights missing. */
    WAREHOUSE_UNFIT,
    /** The control schema in the warehouse was made by another version, or changed by hand. */
    CONTROL_SCHEMA,
    /** One row or one event is refused, the others are not. */
    ROW_REFUSED,
    /** Something that must hold does not: a bug, or damage. */
    INVARIANT;

    /** What is done about a failure. */
    public enum Response {
        /** Wait, with growing pauses, and try again: it can heal by itself. */
        RETRY,
        /** Stop before anything is confirmed: a person must act. */
        STOP,
        /** Set the row or event aside with its coordinates and go on. */
        PARK
    }

    /** What is done about a failure of this kind. */
    public Response response() {
        return switch (this) {
            case SOURCE_UNREACHABLE,
                    SLOT_BUSY,
                    LOG_UNREACHABLE,
                    WAREHOUSE_UNREACHABLE,
                    WAREHOUSE_BUSY,
                    WAREHOUSE_UNFIT -> Response.RETRY;
            case SETTINGS, SOURCE_UNFIT, HISTORY_BROKEN, LOG_UNFIT, LOG_INCOMPLETE, FENCED, CONTROL_SCHEMA, INVARIANT ->
                Response.STOP;
            case ROW_REFUSED -> Response.PARK;
        };
    }
}
