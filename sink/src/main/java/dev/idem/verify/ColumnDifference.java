package dev.idem.verify;

import dev.idem.sql.ComparedTable.Column;
import dev.idem.sql.MetadataColumns;
import java.util.List;

/**
 * Which columns of a row differ.
 *
 * @param columns their names
 * @param explained whether the warehouse itself says that it lacks all of them
 */
record ColumnDifference(List<String> columns, boolean explained) {

    /** The columns at these places. */
    static ColumnDifference of(List<Column> columns, List<Integer> places, List<String> missing) {
        List<String> differing =
                places.stream().map(place -> columns.get(place).name()).toList();
        return new ColumnDifference(
                differing,
                !differing.isEmpty()
                        && differing.stream()
                                .map(MetadataColumns::warehouseName)
                                .allMatch(missing::contains));
    }
}
