package dev.idem.apply;

import dev.idem.change.ColumnValue;
import dev.idem.change.TableId;
import dev.idem.testing.memory.MemoryWarehouse;
import dev.idem.testing.memory.StoredRow;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * All that a warehouse holds of one table, its metadata and its tombstones included.
 *
 * @param rows by key
 * @param tombstones the versions of the deletes, by key
 */
record TargetDump(Map<Integer, Row> rows, Map<Integer, String> tombstones) {

    /**
     * A row.
     *
     * @param missing {@code _idem_missing} as text; null where it is NULL
     */
    record Row(
            @Nullable String small,
            @Nullable String body,
            String version,
            @Nullable String carried,
            @Nullable String missing) {

        /** True where the row has these values, save in columns that it names as missing. */
        boolean shows(List<ColumnValue> values) {
            boolean bodyIsMissing = missing != null;
            return values.get(0).equals(value(small))
                    && (bodyIsMissing ? body == null : values.get(1).equals(value(body)));
        }

        private static ColumnValue value(@Nullable String text) {
            return text == null ? ColumnValue.NULL : ColumnValue.of(text);
        }
    }

    static TargetDump of(Handle handle, TableId table) {
        Map<Integer, Row> rows = new TreeMap<>();
        handle.createQuery("select id, small::text, body, _idem_epoch || '/' || _idem_lsn || '/' || _idem_seq,"
                        + " _idem_carried ->> 'body', array_to_string(_idem_missing, ',') from public." + table.name())
                .map((row, context) -> Map.entry(
                        row.getInt(1),
                        new Row(
                                row.getString(2),
                                row.getString(3),
                                row.getString(4),
                                row.getString(5),
                                row.getString(6))))
                .forEach(entry -> rows.put(entry.getKey(), entry.getValue()));
        long id = handle.createQuery("select id from idem.target where source_table = :name")
                .bind("name", table.name())
                .mapTo(Long.class)
                .one();
        Map<Integer, String> tombstones = new TreeMap<>();
        handle.createQuery("select id, _idem_epoch || '/' || _idem_lsn || '/' || _idem_seq from idem.tombstone_" + id)
                .map((row, context) -> Map.entry(row.getInt(1), row.getString(2)))
                .forEach(entry -> tombstones.put(entry.getKey(), entry.getValue()));
        return new TargetDump(rows, tombstones);
    }

    static TargetDump of(MemoryWarehouse model, TableId table) {
        String name = "\"public\".\"" + table.name() + '"';
        Map<Integer, Row> rows = new TreeMap<>();
        model.rows(name).forEach((key, row) -> rows.put(number(key), row(row)));
        Map<Integer, String> tombstones = new TreeMap<>();
        model.tombstones(name).forEach((key, version) -> tombstones.put(number(key), version.toString()));
        return new TargetDump(rows, tombstones);
    }

    private static Row row(StoredRow row) {
        String missing = String.join(",", row.missing());
        return new Row(
                row.values().get(1),
                row.values().get(2),
                row.version().toString(),
                row.carried().get("body"),
                missing.isEmpty() ? null : missing);
    }

    private static int number(List<@Nullable String> key) {
        return Integer.parseInt(Objects.requireNonNull(key.get(0)));
    }
}
