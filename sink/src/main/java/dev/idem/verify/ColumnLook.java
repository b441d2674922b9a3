package dev.idem.verify;

import java.util.List;
import java.util.stream.IntStream;

/**
 * What a look at the columns of one row saw.
 *
 * @param source the digest of each compared column at the source
 * @param warehouse the same in the warehouse
 * @param missing the names of the columns that the warehouse says it lacks
 */
record ColumnLook(List<String> source, List<String> warehouse, List<String> missing) {

    /** The places of the columns that differ. */
    List<Integer> differing() {
        return IntStream.range(0, source.size())
                .filter(place -> !source.get(place).equals(warehouse.get(place)))
                .boxed()
                .toList();
    }

    /** True where both sides show in the column at this place what they show there in the other look. */
    boolean hasColumnOf(ColumnLook other, int place) {
        return source.get(place).equals(other.source.get(place))
                && warehouse.get(place).equals(other.warehouse.get(place));
    }
}
