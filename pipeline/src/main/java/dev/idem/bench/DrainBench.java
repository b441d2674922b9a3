package dev.idem.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;

/**
 * Drains a backlog of single-row updates that was written while the pipeline was stopped, and lets PostgreSQL's own
 * logical replication drain the same backlog afterwards.
 *
 * @param changes how many updates
 * @param keys over how many rows, uniformly
 * @param transactionSize how many in one transaction
 * @param rounds how often
 */
record DrainBench(int changes, int keys, int transactionSize, int rounds) {

    private static final String TABLE = "create table bench_drain (id bigint primary key, a integer not null,"
            + " b integer not null, filler text not null, at timestamptz not null)";
    private static final String LOAD = """
            create procedure load_drain(changes integer, keys integer, size integer)
            language plpgsql as $$
            declare
              key bigint;
            begin
              for i in 1 .. changes / size loop
                for j in 1 .. size loop
                  -- in a variable: a condition with random() itself is evaluated row by row, so no index serves it
                  key := 1 + floor(random() * keys);
                  update bench_drain set a = a + 1, b = i, at = clock_timestamp() where id = key;
                end loop;
                commit;
              end loop;
            end $$""";

    /** Runs it; true where the warehouse was equal after each round. */
    boolean run(BenchStack stack, Figures figures) throws SQLException {
        figures.title(String.format(
                Locale.ROOT,
                "Backlog of %,d updates over %,d rows, %d in a transaction",
                changes,
                keys,
                transactionSize));
        String rows = "insert into bench_drain select g, 0, 0, repeat('x', 84), now() from generate_series(1, " + keys
                + ") g";
        stack.onSource(TABLE, rows, LOAD);
        NativeReplication others = new NativeReplication(stack, "bench_drain");
        others.prepare(TABLE, rows);
        stack.startPipeline();
        stack.awaitSnapshot();
        stack.awaitApplied();
        boolean equal = true;
        for (int round = 1; round <= rounds; round++) {
            stack.stopPipeline();
            others.beginBacklog();
            load(stack);
            equal &= drain(stack, figures);
            stack.stopPipeline();
            figures.rate("PostgreSQL's own logical replication", changes, others.drain());
            stack.startPipeline();
        }
        stack.stopPipeline();
        return equal;
    }

    private void load(BenchStack stack) throws SQLException {
        try (Connection connection = stack.source();
                Statement statement = connection.createStatement()) {
            statement.execute("set synchronous_commit = off");
            statement.execute("call load_drain(" + changes + ", " + keys + ", " + transactionSize + ")");
            statement.execute("checkpoint");
        }
    }

    private boolean drain(BenchStack stack, Figures figures) throws SQLException {
        Duration processor = ProcessCost.processorTime();
        long start = System.nanoTime();
        stack.startPipeline();
        stack.awaitApplied();
        Duration time = Duration.ofNanos(System.nanoTime() - start);
        Duration cost = ProcessCost.processorTime().minus(processor);
        figures.rate("Idem, from its start to the last row", changes, time);
        figures.line(
                "processor time of the process",
                String.format(Locale.ROOT, "%.1f us a change", cost.toNanos() / 1e3 / changes));
        boolean equal = stack.isEqual("bench_drain", "id, a, b, filler, at");
        figures.equality(equal);
        return equal;
    }
}
