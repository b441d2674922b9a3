package dev.idem.testing.memory;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A row of a target table with its metadata.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param values the source's columns as texts
 * @param version of the newest change
 * @param carried {@code _idem_carried}; empty where that is NULL
 */
public record StoredRow(List<@Nullable String> values, RowVersion version, Map<String, String> carried) {

    /** Copies what it is given. */
    public StoredRow {
        values = Collections.unmodifiableList(new ArrayList<>(values));
        carried = Collections.unmodifiableMap(new TreeMap<>(carried));
    }

    /** {@code _idem_missing}, as {@code idem.missing_columns} says it; empty where that is NULL. */
    public List<String> missing() {
        return carried.entrySet().stream()
                .filter(entry -> entry.getValue().isEmpty())
                .map(Map.Entry::getKey)
                .toList();
    }

    /** The version of the change that carried the column, as a text that sorts; empty where none did. */
    String carrier(String column) {
        return carried.getOrDefault(column, version.text());
    }

    /** As {@code idem.carries_below}. */
    boolean carriesBelow(String bound) {
        return carried.values().stream().anyMatch(carrier -> !carrier.isEmpty() && carrier.compareTo(bound) < 0);
    }
}
