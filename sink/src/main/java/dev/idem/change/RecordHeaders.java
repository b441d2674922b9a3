package dev.idem.change;

/** The names of the headers that records of the log carry. Their values are UTF-8 text. */
public final class RecordHeaders {

    /** The change's {@link Version}: its idempotency key. */
    public static final String VERSION = "idem-version";

    /** The number of the {@link TableDefinition} that the change was made under. */
    public static final String SCHEMA = "idem-schema";

    /** On the create half of a key change: the key of the row that moved, in the JSON form of the record's key. */
    public static final String MOVED_FROM = "idem-moved-from";

    /**
     * On an event that was too large for the log: about how many bytes it would have had. Its value has the key's
     * columns alone.
     */
    public static final String TOO_LARGE = "idem-too-large";

    private RecordHeaders() {}
}
