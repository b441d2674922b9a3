package dev.idem.apply;

import dev.idem.change.ColumnValue;
import dev.idem.change.Version;
import dev.idem.warehouse.WarehouseFailure;
import java.sql.Array;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/**
 * The arrays that a set-based statement binds: one of texts for each column, then epochs, LSNs, ordinals and extras.
 *
 * <p><i>Threads:</i> one thread.
 */
final class ChangeArrays {

    private final @Nullable String[][] columns;
    private final List<Version> versions;
    private final @Nullable String @Nullable [] extra;
    private int rows;

    /** Arrays for that many columns and rows, with or without an extra column of texts. */
    ChangeArrays(int columns, int rows, boolean withExtra) {
        this.columns = new String[columns][rows];
        this.versions = new ArrayList<>(rows);
        this.extra = withExtra ? new String[rows] : null;
    }

    /** Begins the next row. */
    void row(Version version) {
        versions.add(version);
        rows++;
    }

    /** Sets a column of the row begun last; what is not carried is NULL. */
    void set(int column, ColumnValue value) {
        columns[column][rows - 1] = value instanceof ColumnValue.Text text ? text.value() : null;
    }

    /** Sets a column of the row begun last. */
    void set(int column, String text) {
        columns[column][rows - 1] = text;
    }

    /** Sets the extra column of the row begun last. */
    void extra(@Nullable String text) {
        if (extra != null) {
            extra[rows - 1] = text;
        }
    }

    boolean isEmpty() {
        return rows == 0;
    }

    /** Runs a statement of package sql on the rows; its count. */
    int execute(Handle handle, String sql) {
        List<Object[]> bound = new ArrayList<>();
        List<String> types = new ArrayList<>();
        for (@Nullable String[] column : columns) {
            bound.add(column);
            types.add("text");
        }
        bound.add(versions.stream().map(Version::epoch).toArray(Integer[]::new));
        bound.add(versions.stream().map(version -> version.lsn().toString()).toArray(String[]::new));
        bound.add(versions.stream().map(Version::ordinal).toArray(Long[]::new));
        types.addAll(List.of("int4", "text", "int8"));
        if (extra != null) {
            bound.add(extra);
            types.add("text");
        }
        try (Update update = handle.createUpdate(sql)) {
            for (int i = 0; i < bound.size(); i++) {
                Array array = array(handle, types.get(i), bound.get(i));
                update.bind(i, (position, statement, context) -> statement.setArray(position, array));
            }
            return update.execute();
        }
    }

    private static Array array(Handle handle, String type, Object[] values) {
        try {
            return handle.getConnection().createArrayOf(type, values);
        } catch (SQLException e) {
            throw WarehouseFailure.of("binding an array", e);
        }
    }
}
