package dev.idem.verify;

import dev.idem.sql.ComparedTable.Column;
import dev.idem.sql.MetadataColumns;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which columns of a row differ.
 *
 * @param columns their names
 * @param explained whether the warehouse itself says that it lacks all of them
 */
record ColumnDifference(List<String> columns, boolean explained) {

    static ColumnDifference between(
            List<Column> columns, List<String> source, List<String> warehouse, List<String> missing) {
        List<String> differing = IntStream.range(0, columns.size())
                .filter(i -> !source.get(i).equals(warehouse.get(i)))
                .mapToObj(i -> columns.get(i).name())
                .toList();
        return new ColumnDifference(
                differing,
                !differing.isEmpty()
                        && differing.stream()
                                .map(MetadataColumns::warehouseName)
                                .allMatch(missing::contains));
    }
}
