package dev.idem.apply;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.idem.change.ColumnValue;
import dev.idem.change.Lsn;
import dev.idem.change.Version;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.reduce.CarryRequest;
import dev.idem.reduce.TableBatch;
import dev.idem.sql.CarrySql;
import dev.idem.sql.TargetColumn;
import dev.idem.sql.TargetTable;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * Fetches the large values that key changes left out from the rows under the old keys, before those are deleted.
 *
 * <p><i>Threads:</i> immutable.
 */
final class CarryLookup {

    private static final int FIRST_VALUE = 6;

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Fills what the batch asks for, as far as the warehouse has it. */
    void fill(Handle handle, TargetTable table, TableBatch batch) {
        List<CarryRequest> requests = List.copyOf(batch.carries());
        if (requests.isEmpty()) {
            return;
        }
        try (Query query = handle.createQuery(CarrySql.lookup(table))) {
            for (int i = 0; i < table.key().size(); i++) {
                int column = i;
                bind(
                        handle,
                        query,
                        i,
                        "text",
                        requests.stream()
                                .map(request -> request.from().values().get(column))
                                .toArray(String[]::new));
            }
            bind(
                    handle,
                    query,
                    table.key().size(),
                    "int4",
                    IntStream.range(0, requests.size()).boxed().toArray(Integer[]::new));
            query.scanResultSet((results, context) -> {
                ResultSet rows = results.get();
                while (rows.next()) {
                    take(rows, table, batch, requests.get(rows.getInt(1)));
                }
                return table;
            });
        }
    }

    static void bind(Handle handle, Query query, int position, String type, Object[] values) {
        query.bind(
                position,
                (place, statement, context) ->
                        statement.setArray(place, handle.getConnection().createArrayOf(type, values)));
    }

    private void take(ResultSet row, TargetTable table, TableBatch batch, CarryRequest request) throws SQLException {
        Version version = new Version(row.getInt(2), Lsn.parse(row.getString(3)), row.getLong(4));
        if (!version.isBefore(request.version())) {
            return;
        }
        Version after = request.after();
        if (after != null && !version.isAfter(after)) {
            return;
        }
        JsonNode carried = carriers(row.getString(5));
        for (int i = 0; i < table.columns().size(); i++) {
            TargetColumn column = table.columns().get(i);
            if (!carried.path(column.name()).asText("known").isEmpty()) {
                String text = row.getString(FIRST_VALUE + i);
                batch.fill(request, i, text == null ? ColumnValue.NULL : ColumnValue.of(text));
            }
        }
    }

    private JsonNode carriers(@Nullable String text) {
        try {
            return text == null ? JSON.createObjectNode() : JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new PipelineException(
                    ErrorKind.INVARIANT, "_idem_carried: not JSON (expected: what this product wrote)", e);
        }
    }
}
