package dev.idem.change;

import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One change as the sink applies it: an event of the log with its version and its key.
 *
 * <p>A closed family. Tables with a key have upserts and deletes by key; tables without one have rows that are added
 * and removed by content; both can be truncated.
 *
 * <p><i>Threads:</i> immutable.
 */
public sealed interface Change {

    /** Which of two changes is the newer. */
    Version version();

    /** What the change roughly costs in memory, in characters. */
    long characters();

    /** Answers by the case, all of them named. */
    default <T> T match(
            Function<Upsert, T> upsert,
            Function<Delete, T> delete,
            Function<Truncate, T> truncate,
            Function<Keyless, T> keyless) {
        if (this instanceof Upsert change) {
            return upsert.apply(change);
        }
        if (this instanceof Delete change) {
            return delete.apply(change);
        }
        return this instanceof Truncate change ? truncate.apply(change) : keyless.apply((Keyless) this);
    }

    /**
     * A row inserted, updated or read by a snapshot.
     *
     * @param version its version
     * @param key its key
     * @param row its image; columns that the change did not carry are unavailable
     * @param movedFrom on the second half of a key change the key that the row had before
     */
    record Upsert(Version version, RowKey key, Row row, Optional<RowKey> movedFrom) implements Change {
        @Override
        public long characters() {
            return row.characters();
        }
    }

    /**
     * A row deleted.
     *
     * @param version its version
     * @param key its key
     */
    record Delete(Version version, RowKey key) implements Change {
        @Override
        public long characters() {
            return 0;
        }
    }

    /**
     * The table emptied: no row with a lower version exists.
     *
     * @param version its version
     */
    record Truncate(Version version) implements Change {
        @Override
        public long characters() {
            return 0;
        }
    }

    /**
     * A change of a table without a key. An insert has only {@code after}, a delete only {@code before}, an update
     * both.
     *
     * @param version its version, which is the identity of the row that it adds
     * @param before the whole row to remove; null where none is
     * @param after the row to add; null where none is
     */
    record Keyless(
            Version version, @Nullable Row before, @Nullable Row after) implements Change {
        @Override
        public long characters() {
            return (before == null ? 0 : before.characters()) + (after == null ? 0 : after.characters());
        }
    }
}
