package dev.idem.reduce;

import dev.idem.change.RowKey;
import dev.idem.change.Version;
import org.jspecify.annotations.Nullable;

/**
 * Large values that a key change left out and that only the warehouse's row under the old key can give.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param key the row's new key
 * @param version the key change
 * @param from the key under which the warehouse holds the row
 * @param after where not null, values carried at or before it belonged to an earlier life of the old key
 */
public record CarryRequest(
        RowKey key, Version version, RowKey from, @Nullable Version after) {}
