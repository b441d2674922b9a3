package dev.idem.bench;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;

/**
 * A snapshot of a large table, and then one transaction that changes every row of it.
 *
 * @param rows how many
 */
record LargeTransactionBench(int rows) {

    /** Runs it; true where the warehouse was equal at the end. */
    boolean run(BenchStack stack, Figures figures) throws SQLException {
        figures.title(String.format(Locale.ROOT, "A table of %,d rows, then one transaction that changes all", rows));
        stack.onSource(
                "create table bench_large (id bigint primary key, a integer not null, filler text not null)",
                "insert into bench_large select g, 0, repeat('y', 60) from generate_series(1, " + rows + ") g");
        long start = System.nanoTime();
        stack.startPipeline();
        stack.awaitSnapshot();
        figures.rate("initial snapshot, rows", rows, Duration.ofNanos(System.nanoTime() - start));
        stack.awaitApplied();
        start = System.nanoTime();
        stack.onSource("update bench_large set a = a + 1");
        figures.rate("the transaction at the source, rows", rows, Duration.ofNanos(System.nanoTime() - start));
        stack.awaitApplied();
        figures.rate(
                "from its begin to visible in the warehouse, rows", rows, Duration.ofNanos(System.nanoTime() - start));
        boolean equal = stack.isEqual("bench_large", "id, a, filler");
        figures.equality(equal);
        stack.stopPipeline();
        return equal;
    }
}
