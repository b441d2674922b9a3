package dev.idem.crash;

/** What happens to the source, or is asked of the pipeline, while a point waits to be passed. */
enum Scenario {
    /** A pipeline begins: migrations, topics, publication, slot, snapshot, tables. */
    FIRST,
    /** A process takes up a pipeline again, with changes that came meanwhile. */
    START,
    /** Transactions of every kind, one of them larger than memory allows; deletes; a truncate. */
    STREAM,
    /** Columns and types change, tables come, are renamed and go; a table is read anew. */
    SCHEMA,
    /** A person has a table read anew. */
    RESYNC,
    /** A person has the log replayed. */
    REPLAY,
    /** The log forgets, and so do the tombstones. */
    PURGE,
    /** The warehouse refuses rows; they are set aside and tried again after a repair. */
    REFUSED,
    /** A table is paused and goes on. */
    PAUSED
}
