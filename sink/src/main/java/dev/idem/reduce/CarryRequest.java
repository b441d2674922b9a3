package dev.idem.reduce;

import dev.idem.change.RowKey;
import dev.idem.change.Version;
import org.jspecify.annotations.Nullable;

/**
 * Large values that a key change left out and that only the warehouse's row under the old key can give, or, where that
 * row came there by a key change that the batch has too, the row under the key before.
 *
 * <p>Which of them the warehouse has depends on how far it was before: where a part of the batch comes again, the first
 * key changes were applied and the last was not.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param key the row's new key
 * @param version the key change
 * @param from the key under which the warehouse may hold the row
 * @param since where not null, a row under that key with a lower version belonged to an earlier life of it
 * @param earlier how the row came under {@code from}, where that was a key change in the batch that left out values too
 */
public record CarryRequest(
        RowKey key,
        Version version,
        RowKey from,
        @Nullable Version since,
        @Nullable CarryRequest earlier) {}
