package dev.idem.publish;

import dev.idem.change.Lsn;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where a stream goes on.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param epoch of its changes
 * @param from up to where the log is complete: whole transactions up to it are dropped
 * @param commitTime of the last transaction up to there, where that is known
 * @param confirmed behind which the slot sends every position again
 */
public record StreamStart(int epoch, Lsn from, @Nullable Instant commitTime, Lsn confirmed) {}
