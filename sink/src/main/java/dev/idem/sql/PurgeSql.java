package dev.idem.sql;

/** Forgetting deletes that nothing can undo any more. */
public final class PurgeSql {

    private PurgeSql() {}

    /**
     * Forgets the deletes of a part of the table that remembers them. Of a table without a key it is the version of the
     * change that removed a row that counts: it is the higher one of the two that must not come again.
     *
     * <p>Binds: the first block and one above the last, as places {@code (block,0)}; epoch, LSN as text and ordinal of
     * the version below which deletes are forgotten. Counts the deletes that were.
     */
    public static String forget(TargetTable table) {
        String version = table.hasKey()
                ? Fragments.version("tombstone")
                : "(tombstone.removed_epoch, tombstone.removed_lsn, tombstone.removed_seq)";
        return """
                delete from %s as tombstone
                where tombstone.ctid >= ?::tid
                  and tombstone.ctid < ?::tid
                  and %s < (?::integer, ?::pg_lsn, ?::bigint)""".formatted(table.tombstoneTable(), version);
    }
}
