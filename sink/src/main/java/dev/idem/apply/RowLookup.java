package dev.idem.apply;

import dev.idem.change.RowKey;
import dev.idem.sql.CarrySql;
import dev.idem.sql.TargetTable;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/**
 * Reads the warehouse's rows of given keys, as {@link CarrySql} shows them.
 *
 * <p><i>Threads:</i> stateless.
 */
final class RowLookup {

    /** The column of the result with the first value of the row. */
    static final int FIRST_VALUE = 6;

    private RowLookup() {}

    /** Takes a row of the result. */
    interface RowTaker {

        /**
         * Takes the row that the result stands at.
         *
         * @param place which of the keys it is of
         */
        void take(int place, ResultSet row) throws SQLException;
    }

    /** Shows the rows that are there, in no order; a key may stand in the list twice. */
    static void scan(Handle handle, TargetTable table, List<RowKey> keys, RowTaker taker) {
        if (keys.isEmpty()) {
            return;
        }
        try (Query query = handle.createQuery(CarrySql.lookup(table))) {
            for (int i = 0; i < table.key().size(); i++) {
                int column = i;
                String[] values =
                        keys.stream().map(key -> key.values().get(column)).toArray(String[]::new);
                bind(handle, query, i, "text", values);
            }
            Integer[] places = IntStream.range(0, keys.size()).boxed().toArray(Integer[]::new);
            bind(handle, query, table.key().size(), "int4", places);
            query.scanResultSet((results, context) -> {
                ResultSet rows = results.get();
                while (rows.next()) {
                    taker.take(rows.getInt(1), rows);
                }
                return table;
            });
        }
    }

    private static void bind(Handle handle, Query query, int position, String type, Object[] values) {
        query.bind(
                position,
                (place, statement, context) ->
                        statement.setArray(place, handle.getConnection().createArrayOf(type, values)));
    }
}
