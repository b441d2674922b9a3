package dev.idem.testing.memory;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a statement gives: a count, or rows.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param count how many rows it changed; -1 where it gives rows
 * @param names the names of the columns
 * @param rows their values
 */
record Answer(int count, List<String> names, List<List<@Nullable Object>> rows) {

    static Answer changed(int count) {
        return new Answer(count, List.of(), List.of());
    }

    static Answer rows(List<String> names, List<List<@Nullable Object>> rows) {
        return new Answer(-1, names, rows);
    }

    /** One row with one value. */
    static Answer value(Object value) {
        return rows(List.of("value"), List.of(List.of(value)));
    }

    boolean hasRows() {
        return count < 0;
    }
}
