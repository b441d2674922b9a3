package dev.idem.target;

import dev.idem.change.ColumnDefinition;
import dev.idem.change.ColumnValue;
import dev.idem.change.Row;
import dev.idem.change.TableDefinition;
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
 * <p><i>Threads:</i> immutable.
 */
final class RowMapping {

    private static final int NOWHERE = -1;

    private final List<Place> places;
    private final boolean identity;

    /** Where a column's value comes from: a place in the other row, or always the same. */
    private record Place(int source, ColumnValue otherwise) {
        ColumnValue valueIn(Row row) {
            return source == NOWHERE ? otherwise : row.get(source);
        }
    }

    private RowMapping(List<Place> places, boolean identity) {
        this.places = places;
        this.identity = identity;
    }

    static RowMapping between(TableDefinition from, TableDefinition to) {
        Map<Integer, Integer> byNumber = new HashMap<>();
        for (int i = 0; i < from.columns().size(); i++) {
            byNumber.put(from.columns().get(i).number(), i);
        }
        boolean older = to.isYoungerThan(from);
        boolean identity = to.columns().size() == from.columns().size();
        List<Place> places = new ArrayList<>();
        for (ColumnDefinition column : to.columns()) {
            int source = byNumber.getOrDefault(column.number(), NOWHERE);
            identity &= source == places.size();
            places.add(new Place(source, older ? valueBefore(column) : ColumnValue.UNAVAILABLE));
        }
        return new RowMapping(List.copyOf(places), identity);
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
}
