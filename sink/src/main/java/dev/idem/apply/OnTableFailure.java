package dev.idem.apply;

/** What is done where one table cannot go on. */
public enum OnTableFailure {
    /** The table is parked: its events wait in the log, and the others go on. */
    WAIT,
    /** Its events are set aside as dead letters, and the table goes on being tried. */
    DEAD_LETTER,
    /** The whole sink waits and tries again. */
    STOP
}
