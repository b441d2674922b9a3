package dev.idem.target;

import dev.idem.change.ColumnDefinition;
import dev.idem.change.ColumnValue;
import dev.idem.change.Row;
import dev.idem.change.RowKey;
import dev.idem.change.TableDefinition;
import dev.idem.change.TypeDefinition;
import dev.idem.change.ValueShape;
import dev.idem.change.ValueTranslation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Brings rows that were made under one definition of a table into the shape of another, column by attribute number, so
 * that a renamed column keeps its values and one that was dropped and added again does not inherit any.
 *
 * <p>A column that was added after the row was made has the value that the source gives to such rows: what it remembers
 * for them, or NULL. Where the source wrote the table anew instead, the table is read anew and those rows win.
 *
 * <p>Values of types that have changed since are translated.
 *
 * <p><i>Threads:</i> immutable.
 */
final class RowMapping {

    private static final int NOWHERE = -1;

    private final List<Place> places;
    private final List<ValueTranslation> key;
    private final boolean identity;

    /** Where a column's value comes from: a place in the other row, or always the same. */
    private record Place(int source, ColumnValue otherwise, ValueTranslation translation) {
        ColumnValue valueIn(Row row) {
            return source == NOWHERE ? otherwise : translation.of(row.get(source));
        }
    }

    private RowMapping(List<Place> places, List<ValueTranslation> key, boolean identity) {
        this.places = places;
        this.key = key;
        this.identity = identity;
    }

    /**
     * The mapping.
     *
     * @param types those of {@code from}, in the form that the warehouse has
     */
    static RowMapping between(TableDefinition from, TableDefinition to, List<TypeDefinition> types) {
        List<ValueTranslation> translations = from.columns().stream()
                .map(column -> ValueTranslation.between(
                        ValueShape.of(column.type(), from.types()), ValueShape.of(column.type(), types)))
                .toList();
        Map<Integer, Integer> byNumber = new HashMap<>();
        for (int i = 0; i < from.columns().size(); i++) {
            byNumber.put(from.columns().get(i).number(), i);
        }
        boolean older = to.isYoungerThan(from);
        boolean identity = to.columns().size() == from.columns().size();
        List<Place> places = new ArrayList<>();
        for (ColumnDefinition column : to.columns()) {
            int source = byNumber.getOrDefault(column.number(), NOWHERE);
            ValueTranslation translation = source == NOWHERE ? ValueTranslation.NONE : translations.get(source);
            identity &= source == places.size() && translation.isIdentity();
            places.add(new Place(source, older ? valueBefore(column) : ColumnValue.UNAVAILABLE, translation));
        }
        List<ValueTranslation> key = from.key().stream()
                .map(name -> translations.get(from.indexOf(name)))
                .toList();
        return new RowMapping(List.copyOf(places), key, identity);
    }

    /** What rows from before the column have in it. */
    private static ColumnValue valueBefore(ColumnDefinition column) {
        if (column.generated()) {
            return ColumnValue.UNAVAILABLE;
        }
        String missing = column.missing();
        return missing == null ? ColumnValue.NULL : ColumnValue.of(missing);
    }

    /** The row in the other shape; a column that it does not have and that is no younger than it is unavailable. */
    Row map(Row row) {
        return identity
                ? row
                : Row.of(places.stream().map(place -> place.valueIn(row)).toList());
    }

    /** The key with its values in the form that the warehouse has. */
    RowKey map(RowKey old) {
        if (key.stream().allMatch(ValueTranslation::isIdentity)) {
            return old;
        }
        List<String> values = new ArrayList<>();
        for (int i = 0; i < key.size(); i++) {
            values.add(key.get(i).of(old.values().get(i)));
        }
        return new RowKey(values);
    }
}
