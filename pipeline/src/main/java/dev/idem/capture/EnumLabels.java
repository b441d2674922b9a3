package dev.idem.capture;

import dev.idem.change.ColumnDefinition;
import dev.idem.change.TableDefinition;
import dev.idem.change.TypeDefinition;
import dev.idem.change.TypeDefinition.EnumType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Struct;

/**
 * Notices labels that a definition's enumerations do not have: they were added since, and the server says nothing of
 * that, so the values themselves are the only sign.
 *
 * <p>Looked at are columns of an enumeration and of arrays of one; within composite types and ranges new labels are not
 * noticed.
 *
 * <p><i>Threads:</i> one thread.
 */
final class EnumLabels {

    private static final String ARRAY = "[]";

    private final List<Column> columns = new ArrayList<>();

    private record Column(String name, Field field, boolean array, Set<String> known) {}

    EnumLabels(RowReader rows) {
        TableDefinition definition = rows.definition();
        Map<String, Set<String>> labels = new HashMap<>();
        for (TypeDefinition type : definition.types()) {
            if (type instanceof EnumType enumeration) {
                labels.put(type.name(), new HashSet<>(enumeration.labels()));
            }
        }
        for (int i = 0; i < definition.columns().size(); i++) {
            ColumnDefinition column = definition.columns().get(i);
            Field field = rows.field(i);
            boolean array = column.type().endsWith(ARRAY);
            String element =
                    array ? column.type().substring(0, column.type().length() - ARRAY.length()) : column.type();
            Set<String> known = labels.get(element);
            if (known != null && field != null) {
                columns.add(new Column(column.name(), field, array, known));
            }
        }
    }

    /** True where no column has an enumeration. */
    boolean isEmpty() {
        return columns.isEmpty();
    }

    /** True where the row has a label that is not known; a label counts as unknown once only. */
    boolean hasUnknown(Struct row) {
        boolean unknown = false;
        for (Column column : columns) {
            if (row.getWithoutDefault(column.field().name()) instanceof String text && !RowReader.isUnchanged(text)) {
                unknown |= column.array()
                        ? hasUnknownElement(text, column.known())
                        : column.known().add(text);
            }
        }
        return unknown;
    }

    /** The labels that were met, so that one which the catalogue no longer has is asked for once only. */
    void learnFrom(EnumLabels older) {
        for (Column column : columns) {
            older.columns.stream()
                    .filter(old -> old.name().equals(column.name()))
                    .forEach(old -> column.known().addAll(old.known()));
        }
    }

    private static boolean hasUnknownElement(String text, Set<String> known) {
        boolean unknown = false;
        for (String element : ArrayText.elements(text)) {
            unknown |= known.add(element);
        }
        return unknown;
    }
}
