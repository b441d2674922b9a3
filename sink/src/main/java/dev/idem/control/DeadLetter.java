package dev.idem.control;

import dev.idem.change.TableId;
import dev.idem.consume.LogCoordinates;
import java.time.Instant;
import java.util.Optional;

/**
 * An event that could not be applied.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param id its number in {@code idem.dead_letter}
 * @param coordinates where it stands in the log
 * @param table its table; empty where the record does not tell
 * @param version its version, as {@code epoch/commit-lsn/ordinal}; empty where the record does not tell
 * @param reason why it was refused, last, without values
 * @param since when it was set aside
 * @param attempts how often it was refused
 * @param retryRequested true where somebody asked to try it again and that has not happened yet
 */
public record DeadLetter(
        long id,
        LogCoordinates coordinates,
        Optional<TableId> table,
        Optional<String> version,
        String reason,
        Instant since,
        int attempts,
        boolean retryRequested) {}
