package dev.idem.publish;

import dev.idem.change.Lsn;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Asks whether a stream comes from the history that the log was written from.
 *
 * <p><i>Threads:</i> one thread.
 */
final class LogEnd {

    /*
     * A source that was set back to an older copy of its data directory has the same system identifier and timeline, and
     * once its new WAL has passed the place where the log ends no comparison of positions shows that it is another one.
     * But the log ends with a position that the stream has sent, and a slot sends everything again behind what was
     * confirmed to it. So where the slot lies before the log's end, the stream comes by that end: a position with the
     * same LSN, and of the same time where it is a commit. A stream that passes it by is of another history.
     */
    private final StreamStart start;
    private boolean isReached;

    LogEnd(StreamStart start) {
        this.start = start;
        this.isReached = start.confirmed().compareTo(start.from()) >= 0;
    }

    /** The stream is at a commit, or where there is no time, at a message. */
    void arrived(Lsn position, @Nullable Instant commitTime) {
        if (isReached || position.compareTo(start.from()) < 0) {
            return;
        }
        if (position.compareTo(start.from()) > 0) {
            throw otherHistory("which the stream passed at " + position + " without coming by it");
        }
        Instant known = start.commitTime();
        if (commitTime != null && known != null && !commitTime.equals(known)) {
            throw otherHistory("where another transaction commits now");
        }
        isReached = true;
    }

    private PipelineException otherHistory(String found) {
        return new PipelineException(
                ErrorKind.HISTORY_BROKEN,
                "the source's history is not the log's: the log ends at " + start.from() + ", " + found
                        + "; the source was set back to an older copy of its data and has written other changes since");
    }
}
