package dev.idem.capture;

import dev.idem.change.ColumnDefinition;
import dev.idem.change.ColumnValue;
import dev.idem.change.Row;
import dev.idem.change.TableDefinition;
import dev.idem.change.TypeDefinition;
import dev.idem.change.ValueShape;
import dev.idem.change.ValueTranslation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Struct;

/**
 * Notices values that a definition's types do not have: labels that were added or renamed, records with more or fewer
 * attributes. The server says nothing of that, so the values themselves are the only sign in the stream.
 *
 * <p>A definition has the types of now, and the stream may be behind: a value that fits only an older form of its type
 * is brought into the form of now.
 *
 * <p><i>Threads:</i> one thread.
 */
final class ChangedTypes {

    private final List<Column> columns = new ArrayList<>();
    private final Set<ValueShape.Unknown> asked = new HashSet<>();

    private record Column(int place, Field field, ValueShape shape, List<ValueShape> older) {
        ColumnValue mended(ColumnValue value) {
            if (!(value instanceof ColumnValue.Text text) || fits(shape, text.value())) {
                return value;
            }
            return older.stream()
                    .filter(form -> fits(form, text.value()))
                    .findFirst()
                    .map(form -> ValueTranslation.between(form, shape).of(value))
                    .orElse(value);
        }
    }

    /**
     * For the rows of one definition.
     *
     * @param olderTypes the types of earlier definitions of the table, the youngest first
     */
    ChangedTypes(RowReader rows, List<List<TypeDefinition>> olderTypes) {
        TableDefinition definition = rows.definition();
        for (int i = 0; i < definition.columns().size(); i++) {
            ColumnDefinition column = definition.columns().get(i);
            Field field = rows.field(i);
            ValueShape shape = ValueShape.of(column.type(), definition.types());
            if (!shape.isPlain() && field != null) {
                List<ValueShape> older = olderTypes.stream()
                        .map(types -> ValueShape.of(column.type(), types))
                        .filter(form -> !form.equals(shape))
                        .distinct()
                        .toList();
                columns.add(new Column(i, field, shape, older));
            }
        }
    }

    private static boolean fits(ValueShape shape, String text) {
        List<ValueShape.Unknown> unknown = new ArrayList<>();
        shape.unknowns(text, unknown::add);
        return unknown.isEmpty();
    }

    /** True where no column has a type that can change. */
    boolean isEmpty() {
        return columns.isEmpty();
    }

    /** True where the row has what is not known; each label and number of attributes counts as unknown once only. */
    boolean hasUnknown(Struct row) {
        List<ValueShape.Unknown> unknown = new ArrayList<>();
        for (Column column : columns) {
            if (row.getWithoutDefault(column.field().name()) instanceof String text && !RowReader.isUnchanged(text)) {
                column.shape().unknowns(text, unknown::add);
            }
        }
        return asked.addAll(unknown);
    }

    /** The row with the values that fit only older forms of their types in the form of now. */
    Row mended(Row row) {
        if (asked.isEmpty()) {
            return row;
        }
        ColumnValue[] values = new ColumnValue[row.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = row.get(i);
        }
        columns.forEach(column -> values[column.place()] = column.mended(values[column.place()]));
        return Row.of(values);
    }

    /**
     * Takes over what was asked for already, so that what the catalogue no longer has is asked for once only. What the
     * types have by now is forgotten: should it go and come back, it is to be noticed.
     */
    void learnFrom(ChangedTypes older) {
        asked.addAll(older.asked);
        columns.forEach(column -> column.shape().knowns(asked::remove));
    }
}
