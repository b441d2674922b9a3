package dev.idem.change;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Rows of one table, told by their keys.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param columns the key's columns, in key order
 * @param keys the texts of each row's key columns, as a cast to text prints them
 */
public record RowKeys(List<String> columns, List<List<String>> keys) {

    /** Copies the lists, and leaves out what is named twice. */
    public RowKeys {
        columns = List.copyOf(columns);
        Set<List<String>> distinct = new LinkedHashSet<>();
        for (List<String> key : keys) {
            if (key.size() != columns.size()) {
                throw new IllegalArgumentException("a key of " + key.size() + " values (expected: " + columns.size()
                        + ", those of " + columns + ')');
            }
            distinct.add(List.copyOf(key));
        }
        keys = List.copyOf(distinct);
    }

    /** These rows and those. Both have the same columns. */
    RowKeys and(RowKeys other) {
        Set<List<String>> all = new LinkedHashSet<>(keys);
        all.addAll(other.keys);
        return new RowKeys(columns, List.copyOf(all));
    }

    /** The values of the key's column at {@code place}, one for each row. */
    public List<String> column(int place) {
        return keys.stream().map(key -> key.get(place)).toList();
    }

    /** The characters of all keys. */
    public long characters() {
        return keys.stream().flatMap(List::stream).mapToLong(String::length).sum();
    }

    /** Names no content: keys do not belong into logs. */
    @Override
    public String toString() {
        return "RowKeys[" + keys.size() + " rows by " + columns + "]";
    }
}
