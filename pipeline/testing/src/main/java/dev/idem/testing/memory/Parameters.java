package dev.idem.testing.memory;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is bound to a statement, by position from 0.
 *
 * <p><i>Threads:</i> one thread.
 */
final class Parameters {

    private final List<@Nullable Object> values = new ArrayList<>();

    void set(int position, @Nullable Object value) {
        while (values.size() <= position) {
            values.add(null);
        }
        values.set(position, value);
    }

    int size() {
        return values.size();
    }

    @Nullable
    Object get(int position) {
        return values.get(position);
    }

    String text(int position) {
        return String.valueOf(values.get(position));
    }

    @Nullable
    String textOrNull(int position) {
        Object value = values.get(position);
        return value == null ? null : value.toString();
    }

    long number(int position) {
        return ((Number) Objects.requireNonNull(values.get(position))).longValue();
    }

    boolean flag(int position) {
        return (Boolean) Objects.requireNonNull(values.get(position));
    }

    /** The elements of a bound array. */
    @Nullable
    Object[] array(int position) {
        return ((BoundArray) Objects.requireNonNull(values.get(position))).elements();
    }

    /** Three parameters in a row: epoch, LSN as text, ordinal. */
    RowVersion version(int position) {
        return RowVersion.of((int) number(position), text(position + 1), number(position + 2));
    }

    /** The versions in the three arrays that begin at {@code position}. */
    private RowVersion version(int position, int row) {
        return RowVersion.of(
                ((Number) Objects.requireNonNull(array(position)[row])).intValue(),
                String.valueOf(array(position + 1)[row]),
                ((Number) Objects.requireNonNull(array(position + 2)[row])).longValue());
    }

    private List<@Nullable String> columns(int count, int row) {
        List<@Nullable String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add((String) array(i)[row]);
        }
        return texts;
    }

    /** The rows in arrays of that many columns, with their versions and, where there is an extra array, carriers. */
    List<StoredRow> rows(int columns) {
        List<StoredRow> rows = new ArrayList<>();
        int extra = columns + 3;
        for (int row = 0; row < array(columns).length; row++) {
            String carried = size() > extra ? (String) array(extra)[row] : null;
            rows.add(new StoredRow(columns(columns, row), version(columns, row), CarriedJson.read(carried)));
        }
        return rows;
    }

    /** Keys of that many columns, with a version each. */
    Map<List<@Nullable String>, RowVersion> keys(int columns) {
        Map<List<@Nullable String>, RowVersion> keys = new LinkedHashMap<>();
        for (int row = 0; row < array(columns).length; row++) {
            if (keys.put(columns(columns, row), version(columns, row)) != null) {
                throw new AssertionError("one key twice in one statement");
            }
        }
        return keys;
    }

    /** Keys of that many columns, each with a number. */
    Map<Integer, List<@Nullable String>> numberedKeys(int columns) {
        Map<Integer, List<@Nullable String>> keys = new LinkedHashMap<>();
        for (int row = 0; row < array(columns).length; row++) {
            keys.put((Integer) array(columns)[row], columns(columns, row));
        }
        return keys;
    }
}
