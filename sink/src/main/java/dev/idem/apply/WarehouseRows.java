package dev.idem.apply;

import dev.idem.change.ColumnValue;
import dev.idem.change.Lsn;
import dev.idem.change.RowKey;
import dev.idem.change.Version;
import dev.idem.reduce.KeyState;
import dev.idem.sql.TargetTable;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jdbi.v3.core.Handle;

/**
 * Completes rows of a batch with what the warehouse's rows of the same keys hold.
 *
 * <p><i>Threads:</i> immutable.
 */
final class WarehouseRows {

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
        RowLookup.scan(handle, table, lacking, (place, row) -> {
            RowKey key = lacking.get(place);
            completed.put(key, filled(row, Objects.requireNonNull(completed.get(key))));
        });
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
                String text = row.getString(RowLookup.FIRST_VALUE + i);
                filled = filled.filled(i, text == null ? ColumnValue.NULL : ColumnValue.of(text), version);
            }
        }
        return filled;
    }
}
