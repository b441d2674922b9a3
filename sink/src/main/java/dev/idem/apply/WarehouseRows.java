package dev.idem.apply;

import dev.idem.change.ColumnValue;
import dev.idem.change.Lsn;
import dev.idem.change.RowKey;
import dev.idem.change.Version;
import dev.idem.reduce.KeyState;
import dev.idem.sql.CarrySql;
import dev.idem.sql.TargetTable;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/**
 * Completes rows of a batch with what the warehouse's rows of the same keys hold.
 *
 * <p><i>Threads:</i> immutable.
 */
final class WarehouseRows {

    private static final int FIRST_VALUE = 6;

    private final TargetTable table;

    WarehouseRows(TargetTable table) {
        this.table = table;
    }

    /** The states, in their order; those that lack columns have them from the older row of the warehouse. */
    Map<RowKey, KeyState> complete(Handle handle, Map<RowKey, KeyState> states) {
        Map<RowKey, KeyState> completed = new LinkedHashMap<>(states);
        List<RowKey> lacking = states.entrySet().stream()
                .filter(entry -> !entry.getValue().isWhole())
                .map(Map.Entry::getKey)
                .toList();
        if (lacking.isEmpty()) {
            return completed;
        }
        try (Query query = handle.createQuery(CarrySql.lookup(table))) {
            for (int i = 0; i < table.key().size(); i++) {
                int column = i;
                CarryLookup.bind(
                        handle,
                        query,
                        i,
                        "text",
                        lacking.stream().map(key -> key.values().get(column)).toArray(String[]::new));
            }
            CarryLookup.bind(
                    handle,
                    query,
                    table.key().size(),
                    "int4",
                    IntStream.range(0, lacking.size()).boxed().toArray(Integer[]::new));
            query.scanResultSet((results, context) -> {
                ResultSet rows = results.get();
                while (rows.next()) {
                    RowKey key = lacking.get(rows.getInt(1));
                    completed.put(key, filled(rows, Objects.requireNonNull(completed.get(key))));
                }
                return completed;
            });
        }
        return completed;
    }

    /** Only a row whose newest change carried everything tells of each value which change it is of. */
    private KeyState filled(ResultSet row, KeyState state) throws SQLException {
        Version version = new Version(row.getInt(2), Lsn.parse(row.getString(3)), row.getLong(4));
        Version delete = state.deletedAt();
        boolean isOfThisLife = delete == null || version.isAfter(delete);
        if (row.getString(5) != null
                || !isOfThisLife
                || !version.isBefore(Objects.requireNonNull(state.rowVersion()))) {
            return state;
        }
        KeyState filled = state;
        for (int i = 0; i < table.columns().size(); i++) {
            if (filled.carrier(i) == null) {
                String text = row.getString(FIRST_VALUE + i);
                filled = filled.filled(i, text == null ? ColumnValue.NULL : ColumnValue.of(text), version);
            }
        }
        return filled;
    }
}
