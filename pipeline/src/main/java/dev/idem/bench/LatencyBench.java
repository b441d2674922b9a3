package dev.idem.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/**
 * From commit on the source to visible in the warehouse, on a quiet system: one row at a time, each waited for.
 *
 * @param rows how many
 * @param pause between two
 */
record LatencyBench(int rows, Duration pause) {

    private static final int WARM_UP = 50;
    private static final Duration POLL = Duration.ofMillis(1);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Runs it; true where the warehouse was equal at the end. */
    boolean run(BenchStack stack, Figures figures) throws SQLException {
        figures.title("Latency on a quiet system, " + rows + " single inserts");
        stack.onSource("create table bench_latency (id bigint primary key, at timestamptz not null default now())");
        stack.startPipeline();
        stack.awaitSnapshot();
        stack.awaitApplied();
        long[] nanos = new long[rows];
        try (Connection source = stack.source();
                Connection warehouse = stack.warehouse();
                PreparedStatement insert = source.prepareStatement("insert into bench_latency (id) values (?)");
                PreparedStatement look = warehouse.prepareStatement("select from bench_latency where id = ?")) {
            for (int i = -WARM_UP; i < rows; i++) {
                long latency = one(insert, look, i);
                if (i >= 0) {
                    nanos[i] = latency;
                }
                LockSupport.parkNanos(pause.toNanos());
            }
        }
        Arrays.sort(nanos);
        figures.line("p50", milliseconds(nanos[rows / 2]));
        figures.line("p99", milliseconds(nanos[Math.min(rows - 1, rows * 99 / 100)]));
        figures.line("highest", milliseconds(nanos[rows - 1]));
        boolean equal = stack.isEqual("bench_latency", "id, at");
        figures.equality(equal);
        stack.stopPipeline();
        return equal;
    }

    private static long one(PreparedStatement insert, PreparedStatement look, long id) throws SQLException {
        insert.setLong(1, id);
        insert.executeUpdate();
        long committed = System.nanoTime();
        look.setLong(1, id);
        while (!exists(look)) {
            if (System.nanoTime() - committed > PATIENCE.toNanos()) {
                throw new SQLException("row " + id + " did not arrive within " + PATIENCE.toSeconds() + " s");
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
        return System.nanoTime() - committed;
    }

    private static boolean exists(PreparedStatement look) throws SQLException {
        try (ResultSet row = look.executeQuery()) {
            return row.next();
        }
    }

    private static String milliseconds(long nanos) {
        return String.format(Locale.ROOT, "%.1f ms", nanos / 1e6);
    }
}
