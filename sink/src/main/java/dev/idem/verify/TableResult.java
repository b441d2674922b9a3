package dev.idem.verify;

import dev.idem.change.TableId;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the comparison of one table found.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param table its name
 * @param obstacle why its rows were not compared, such as that one side has no such table; empty where they were
 * @param counts rows by what was found
 * @param differingColumns columns with the number of rows that differ in them
 * @param sourceOnly columns that the warehouse lacks: a difference
 * @param warehouseOnly columns that only the warehouse has, such as one that the source has dropped: told, not judged
 * @param generated columns that the source computes: not replicated and not compared
 * @param examples some of the differing rows
 * @param chunks how many pieces of the table were compared
 * @param isBehind true where the pipeline did not come up within the wait, so that what differs may still be on its way
 * @param repair what became of the differing rows; empty where they were left as they are
 */
public record TableResult(
        TableId table,
        String obstacle,
        Counts counts,
        Map<String, Long> differingColumns,
        List<String> sourceOnly,
        List<String> warehouseOnly,
        List<String> generated,
        List<RowDifference> examples,
        long chunks,
        boolean isBehind,
        Optional<Repair> repair) {

    /**
     * Rows by what was found.
     *
     * @param rows of the source
     * @param missing only the source has them
     * @param extra only the warehouse has them
     * @param differing both have them with other values
     * @param incomplete the warehouse says itself that it still lacks values of them
     * @param moving they were written between all looks, and the warehouse followed: they could not be compared
     */
    public record Counts(long rows, long missing, long extra, long differing, long incomplete, long moving) {

        static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0);

        /** Rows that differ in any way. */
        public long differences() {
            return missing + extra + differing + incomplete;
        }
    }

    /** Copies the collections. */
    public TableResult {
        differingColumns = Collections.unmodifiableMap(new TreeMap<>(differingColumns));
        sourceOnly = List.copyOf(sourceOnly);
        warehouseOnly = List.copyOf(warehouseOnly);
        generated = List.copyOf(generated);
        examples = List.copyOf(examples);
    }

    static TableResult notCompared(TableId table, String obstacle) {
        return new TableResult(
                table,
                obstacle,
                Counts.NONE,
                Map.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                0,
                false,
                Optional.empty());
    }

    /** The same after a repair. */
    TableResult with(Repair done) {
        return new TableResult(
                table,
                obstacle,
                counts,
                differingColumns,
                sourceOnly,
                warehouseOnly,
                generated,
                examples,
                chunks,
                isBehind,
                Optional.of(done));
    }

    /** True where the rows were compared and nothing that should be the same differs, at the end of the repair. */
    public boolean isEqual() {
        return obstacle.isEmpty() && sourceOnly.isEmpty() && differencesLeft() == 0;
    }

    /** Rows that differ still. */
    public long differencesLeft() {
        return repair.map(Repair::left).orElse(counts.differences());
    }

    /** Rows that differed and do not any more. */
    public long repaired() {
        return repair.map(Repair::repaired).orElse(0L);
    }
}
