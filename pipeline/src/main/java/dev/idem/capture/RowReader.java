package dev.idem.capture;

import dev.idem.change.ColumnDefinition;
import dev.idem.change.ColumnValue;
import dev.idem.change.ReplicaIdentity;
import dev.idem.change.Row;
import dev.idem.change.TableDefinition;
import dev.idem.engine.TextConverter;
import dev.idem.relation.StreamDefinition;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;

/**
 * Reads the row images of one Connect schema as rows of one definition.
 *
 * <p>A generated column is never carried: the stream need not send it, and a snapshot's value would grow stale. Of an
 * old image only the key's columns are carried, unless the replica identity is FULL: the engine fills the rest with
 * nulls that the source never sent.
 *
 * <p><i>Threads:</i> immutable.
 */
public final class RowReader {

    private final TableDefinition definition;
    private final @Nullable Field[] fields;
    private final boolean[] inOldImage;

    private RowReader(TableDefinition definition, @Nullable Field[] fields) {
        this.definition = definition;
        this.fields = fields;
        this.inOldImage = new boolean[fields.length];
        boolean full = definition.replicaIdentity() == ReplicaIdentity.FULL;
        for (int i = 0; i < fields.length; i++) {
            inOldImage[i] = full || definition.isKey(definition.columns().get(i).name());
        }
    }

    /** A reader of rows that have the columns under their names. */
    static RowReader byName(TableDefinition definition, Schema rowSchema) {
        return new RowReader(definition, fields(definition, column -> rowSchema.field(column.name())));
    }

    /** A reader of the stream's rows, which have the columns under these names, in the order of their numbers. */
    static RowReader byNumber(StreamDefinition stream, Schema rowSchema, List<String> names) {
        return new RowReader(stream.definition(), fields(stream.definition(), column -> {
            int place = stream.numbers().indexOf(column.number());
            return place < 0 ? null : rowSchema.field(names.get(place));
        }));
    }

    private static @Nullable Field[] fields(
            TableDefinition definition, Function<ColumnDefinition, @Nullable Field> find) {
        List<ColumnDefinition> columns = definition.columns();
        @Nullable Field[] fields = new Field[columns.size()];
        for (int i = 0; i < fields.length; i++) {
            ColumnDefinition column = columns.get(i);
            fields[i] = column.generated() ? null : find.apply(column);
        }
        return fields;
    }

    TableDefinition definition() {
        return definition;
    }

    /** Where the rows have the column at this place of the definition; null where they do not. */
    @Nullable
    Field field(int place) {
        return fields[place];
    }

    Row newImage(Struct row) {
        ColumnValue[] values = new ColumnValue[fields.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(row, fields[i]);
        }
        return Row.of(values);
    }

    Row oldImage(Struct row) {
        ColumnValue[] values = new ColumnValue[fields.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = inOldImage[i] ? value(row, fields[i]) : ColumnValue.UNAVAILABLE;
        }
        return Row.of(values);
    }

    /** True where a new image leaves out a value that the stream has a column for. */
    boolean leavesOut(Row image) {
        for (int i = 0; i < fields.length; i++) {
            if (fields[i] != null && !image.get(i).isCarried()) {
                return true;
            }
        }
        return false;
    }

    private static ColumnValue value(Struct row, @Nullable Field field) {
        if (field == null) {
            return ColumnValue.UNAVAILABLE;
        }
        Object value = row.getWithoutDefault(field.name());
        if (value == null) {
            return ColumnValue.NULL;
        }
        return isUnchanged(value) ? ColumnValue.UNAVAILABLE : ColumnValue.of((String) value);
    }

    @SuppressWarnings("ReferenceEquality")
    static boolean isUnchanged(Object value) {
        return value == TextConverter.UNCHANGED;
    }
}
