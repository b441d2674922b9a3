package dev.idem.apply;

import dev.idem.change.Change;
import dev.idem.change.ColumnValue;
import dev.idem.change.Row;
import dev.idem.consume.LogEvent;
import dev.idem.error.PipelineException;
import dev.idem.sql.ExistingColumn;
import dev.idem.sql.SqlIdentifier;
import dev.idem.sql.TargetTable;
import dev.idem.target.ReplicatedTable;
import dev.idem.target.TargetTables;
import dev.idem.warehouse.WarehouseFailure;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;

/**
 * Finds the column that does not take a value: PostgreSQL's message names the type at the most. The columns are tried
 * one by one, in the types that the warehouse's table has, which may be narrower than the source's.
 *
 * <p><i>Threads:</i> one thread.
 */
final class RefusedColumn {

    private static final String DATA_EXCEPTION = "22";

    /** String data right truncation, string data length mismatch: conditions of texts and bits alone. */
    private static final Set<String> OF_LENGTH = Set.of("22001", "22026");

    private final Map<String, String> lastByTable = new HashMap<>();

    private record Column(String name, String type, String value) {
        boolean hasLength() {
            return type.startsWith("character") || type.startsWith("bit");
        }
    }

    /**
     * The column and its type, for people; empty where it was no value that was refused, or each column takes its own
     * by itself. Leaves the caller's transaction as it was.
     */
    Optional<String> find(Handle handle, TargetTables targets, LogEvent event, PipelineException failure) {
        SQLException sql = WarehouseFailure.find(failure);
        String state = sql == null ? "" : String.valueOf(sql.getSQLState());
        if (!state.startsWith(DATA_EXCEPTION) || !(event instanceof LogEvent.Decoded decoded)) {
            return Optional.empty();
        }
        ReplicatedTable table = targets.find(decoded.definition().table());
        return table == null
                ? Optional.empty()
                : row(targets.adapt(decoded.change(), decoded.definition(), table))
                        .flatMap(row -> find(
                                handle,
                                table.target(),
                                columns(targets.columns(handle, table), table.target(), row),
                                OF_LENGTH.contains(state)));
    }

    private static Optional<Row> row(Change change) {
        return change.match(
                upsert -> Optional.of(upsert.row()),
                delete -> Optional.empty(),
                truncate -> Optional.empty(),
                keyless -> Optional.ofNullable(keyless.after()));
    }

    private Optional<String> find(Handle handle, TargetTable table, List<Column> columns, boolean ofLength) {
        String name = SqlIdentifier.quoted(table.schema(), table.name());
        String last = lastByTable.getOrDefault(name, "");
        columns.sort(Comparator.comparing(column -> !column.name().equals(last)));
        for (Column column : columns) {
            if (!takes(handle, column, ofLength)) {
                lastByTable.put(name, column.name());
                return Optional.of("column " + column.name() + " of type " + column.type());
            }
        }
        return Optional.empty();
    }

    private static List<Column> columns(Map<String, ExistingColumn> existing, TargetTable table, Row row) {
        List<Column> columns = new ArrayList<>();
        for (int i = 0; i < table.columns().size(); i++) {
            String name = table.columns().get(i).name();
            ExistingColumn column = existing.get(name);
            if (column != null && row.get(i) instanceof ColumnValue.Text text) {
                columns.add(new Column(name, column.type(), text.value()));
            }
        }
        return columns;
    }

    /** A cast cuts what is too long where an assignment refuses it. */
    private static boolean takes(Handle handle, Column column, boolean ofLength) {
        if (ofLength && !column.hasLength()) {
            return true;
        }
        String question = ofLength
                ? "select rtrim(?::text::%1$s::text) = rtrim(?::text)"
                : "select ?::text::%1$s is null or ?::text is not null";
        handle.savepoint("column");
        try {
            boolean takes = handle.createQuery(question.formatted(column.type()))
                    .bind(0, column.value())
                    .bind(1, column.value())
                    .mapTo(Boolean.class)
                    .one();
            handle.releaseSavepoint("column");
            return takes;
        } catch (JdbiException e) {
            handle.rollbackToSavepoint("column");
            return false;
        }
    }
}
