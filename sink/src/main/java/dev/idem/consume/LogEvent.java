package dev.idem.consume;

import dev.idem.change.Change;
import dev.idem.change.TableDefinition;
import dev.idem.change.Version;

/**
 * One record of a table's topic: a change, or something that is none.
 *
 * <p><i>Threads:</i> immutable.
 */
public sealed interface LogEvent {

    /** Where the record stands. */
    LogCoordinates coordinates();

    /**
     * A change.
     *
     * @param coordinates where it stands
     * @param definition the table's definition that it was made under
     * @param change what happened
     */
    record Decoded(LogCoordinates coordinates, TableDefinition definition, Change change) implements LogEvent {}

    /**
     * A change that was too large for the log, which knows of it but does not hold it.
     *
     * @param coordinates where the record stands
     * @param definition the table's definition that it was made under
     * @param version the change's
     * @param bytes about how large it was
     */
    record TooLarge(LogCoordinates coordinates, TableDefinition definition, Version version, long bytes)
            implements LogEvent {
        /** Why the row is not here, and what to do. */
        public String reason() {
            return "table " + definition.table() + ": a row of about " + bytes
                    + " bytes was too large for the log (expected: at most topic.max-event, and an eighth of the heap"
                    + " of the capture). Remedy: raise them (IDEM_JAVA_OPTS) and read the table anew: ./idem resync";
        }
    }

    /**
     * A record that is no change.
     *
     * @param coordinates where it stands
     * @param reason what was found and what was expected, without values
     */
    record Malformed(LogCoordinates coordinates, String reason) implements LogEvent {}
}
