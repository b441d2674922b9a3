package dev.idem.change;

/**
 * What the source writes of the old row on update and delete.
 *
 * <p><i>Source:</i> PostgreSQL, ALTER TABLE, REPLICA IDENTITY; {@code pg_class.relreplident}.
 */
public enum ReplicaIdentity {
    /** The primary key's columns, and only where they change. */
    DEFAULT,
    /** The columns of a chosen unique index. */
    INDEX,
    /** The whole row. */
    FULL,
    /** Nothing: updates and deletes are refused by the source, or cannot be told. */
    NOTHING;

    /**
     * Reads {@code pg_class.relreplident}.
     *
     * @throws IllegalArgumentException for a letter that PostgreSQL does not define
     */
    public static ReplicaIdentity ofCatalogue(char letter) {
        return switch (letter) {
            case 'd' -> DEFAULT;
            case 'i' -> INDEX;
            case 'f' -> FULL;
            case 'n' -> NOTHING;
            default -> throw new IllegalArgumentException("relreplident: '" + letter + "' (expected: d, i, f or n)");
        };
    }
}
