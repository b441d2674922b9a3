package dev.idem.warehouse;

import java.util.UUID;

/**
 * Who wants to be the writer, and with what right.
 *
 * <p>A sink that starts takes over from whoever writes. A sink that comes back after a broken connection goes on only
 * where nobody else took over meanwhile: else two sinks would throw each other out for ever, and neither would say so.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param writer the sink, by a name of its own
 * @param right what it may do
 */
public record WriterClaim(UUID writer, Right right) {

    /** What a claim may do. */
    public enum Right {
        /** Take over from any writer. */
        TAKE_OVER,
        /** Go on as the writer that it was the last time. */
        GO_ON
    }

    /** The claim of a sink that starts. */
    public static WriterClaim starting() {
        return new WriterClaim(UUID.randomUUID(), Right.TAKE_OVER);
    }

    /** The same sink's claim, once it was the writer. */
    public WriterClaim goingOn() {
        return new WriterClaim(writer, Right.GO_ON);
    }
}
