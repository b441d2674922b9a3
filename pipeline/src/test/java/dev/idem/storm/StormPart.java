package dev.idem.storm;

/** What can be struck; each is a process of its own. */
enum StormPart {
    /** The source's PostgreSQL. */
    SOURCE,
    /** {@code idem run} with {@code idem.role=capture}. */
    CAPTURE,
    /** The only broker. */
    BROKER,
    /** {@code idem run} with {@code idem.role=sink}. */
    SINK,
    /** The warehouse's PostgreSQL. */
    WAREHOUSE
}
