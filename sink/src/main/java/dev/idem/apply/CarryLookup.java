package dev.idem.apply;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.idem.change.ColumnValue;
import dev.idem.change.Lsn;
import dev.idem.change.RowKey;
import dev.idem.change.Version;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.reduce.CarryRequest;
import dev.idem.reduce.TableBatch;
import dev.idem.sql.TargetTable;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Fetches the large values that key changes left out from the rows under the old keys, before those are deleted.
 *
 * <p><i>Threads:</i> one thread.
 */
final class CarryLookup {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final TargetTable table;
    private final TableBatch batch;
    /** By identity: comparing requests would walk the whole way that a row went from key to key. */
    private final IdentityHashMap<CarryRequest, Map<Integer, Found>> found = new IdentityHashMap<>();

    CarryLookup(TargetTable table, TableBatch batch) {
        this.table = table;
        this.batch = batch;
    }

    /**
     * A row of the warehouse that may have what is asked for.
     *
     * @param link the key change that took it from there
     */
    private record Place(CarryRequest request, CarryRequest link) {}

    private record Found(Version version, ColumnValue value) {

        /** The younger row has gone more of the way from key to key. */
        static Found younger(Found one, Found other) {
            return one.version().isBefore(other.version()) ? other : one;
        }
    }

    /** Fills what the batch asks for, as far as the warehouse has it. */
    void fill(Handle handle) {
        List<Place> places = places();
        List<RowKey> keys = places.stream().map(place -> place.link().from()).toList();
        RowLookup.scan(handle, table, keys, (place, row) -> take(row, places.get(place)));
        found.forEach(
                (request, columns) -> columns.forEach((column, value) -> batch.fill(request, column, value.value())));
    }

    private List<Place> places() {
        List<Place> places = new ArrayList<>();
        for (CarryRequest request : batch.carries()) {
            for (CarryRequest link = request; link != null; link = link.earlier()) {
                places.add(new Place(request, link));
            }
        }
        return places;
    }

    private void take(ResultSet row, Place place) throws SQLException {
        Version version = new Version(row.getInt(2), Lsn.parse(row.getString(3)), row.getLong(4));
        Version since = place.link().since();
        boolean isTheRow = version.isBefore(place.link().version()) && (since == null || !version.isBefore(since));
        if (!isTheRow) {
            return;
        }
        JsonNode carried = carriers(row.getString(5));
        for (int i = 0; i < table.columns().size(); i++) {
            boolean known =
                    !carried.path(table.columns().get(i).name()).asText("known").isEmpty();
            if (known && batch.lacks(place.request(), i)) {
                String text = row.getString(RowLookup.FIRST_VALUE + i);
                ColumnValue value = text == null ? ColumnValue.NULL : ColumnValue.of(text);
                found.computeIfAbsent(place.request(), request -> new HashMap<>())
                        .merge(i, new Found(version, value), Found::younger);
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
