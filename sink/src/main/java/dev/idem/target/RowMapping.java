package dev.idem.target;

import dev.idem.change.ColumnDefinition;
import dev.idem.change.ColumnValue;
import dev.idem.change.Row;
import dev.idem.change.TableDefinition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Brings rows that were made under one definition of a table into the shape of another, column by attribute number, so
 * that a renamed column keeps its values and one that was dropped and added again does not inherit any.
 *
 * <p><i>Threads:</i> immutable.
 */
final class RowMapping {

    private final int[] sources;
    private final boolean identity;

    private RowMapping(int[] sources, boolean identity) {
        this.sources = sources;
        this.identity = identity;
    }

    static RowMapping between(TableDefinition from, TableDefinition to) {
        Map<Integer, Integer> byNumber = new HashMap<>();
        for (int i = 0; i < from.columns().size(); i++) {
            byNumber.put(from.columns().get(i).number(), i);
        }
        List<ColumnDefinition> columns = to.columns();
        int[] sources = columns.stream()
                .mapToInt(column -> byNumber.getOrDefault(column.number(), -1))
                .toArray();
        boolean identity = sources.length == from.columns().size()
                && IntStream.range(0, sources.length).allMatch(i -> sources[i] == i);
        return new RowMapping(sources, identity);
    }

    /** The row in the other shape; a column that it does not have is unavailable. */
    Row map(Row row) {
        if (identity) {
            return row;
        }
        ColumnValue[] values = new ColumnValue[sources.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = sources[i] < 0 ? ColumnValue.UNAVAILABLE : row.get(sources[i]);
        }
        return Row.of(values);
    }
}
