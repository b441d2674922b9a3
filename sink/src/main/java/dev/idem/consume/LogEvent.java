package dev.idem.consume;

import dev.idem.change.Change;
import dev.idem.change.TableDefinition;

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
     * A record that is no change.
     *
     * @param coordinates where it stands
     * @param reason what was found and what was expected, without values
     */
    record Malformed(LogCoordinates coordinates, String reason) implements LogEvent {}
}
