package dev.idem.bench;

import dev.idem.process.DatabaseAddress;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * PostgreSQL's own logical replication of the same table into a database of its own on the warehouse's server: what
 * there is to be compared with.
 *
 * <p><i>Source:</i> PostgreSQL, "Logical Replication"; CREATE SUBSCRIPTION.
 */
final class NativeReplication {

    private static final String DATABASE = "bench_native";
    private static final String SLOT = "bench_native";
    private static final Duration POLL = Duration.ofMillis(20);

    private final BenchStack stack;
    private final String table;

    NativeReplication(BenchStack stack, String table) {
        this.stack = stack;
        this.table = table;
    }

    /** Makes the publication, and the table on the other side with the rows that updates will look for. */
    void prepare(String definition, String rows) throws SQLException {
        stack.onSource("create publication " + DATABASE + " for table " + table);
        stack.onWarehouse("create database " + DATABASE);
        onTarget(definition, rows);
    }

    /** From here on the source keeps its WAL for the drain to come. */
    void beginBacklog() throws SQLException {
        stack.onSource("select pg_create_logical_replication_slot('" + SLOT + "', 'pgoutput')");
    }

    /** Drains the backlog; how long it took. */
    Duration drain() throws SQLException {
        DatabaseAddress source = stack.sourceAddress();
        URI uri = URI.create(source.url().substring("jdbc:".length()));
        try (Connection connection = stack.source()) {
            String last = BenchStack.value(connection, "select pg_current_wal_flush_lsn()");
            long start = System.nanoTime();
            onTarget("create subscription bench_native connection 'host=" + uri.getHost() + " port=" + uri.getPort()
                    + " dbname=" + uri.getPath().substring(1) + " user=" + source.user() + " password="
                    + source.password() + "' publication bench_native with (create_slot = false, slot_name = '" + SLOT
                    + "', copy_data = false)");
            String done = "select confirmed_flush_lsn >= '" + last
                    + "'::pg_lsn from pg_replication_slots where slot_name = '" + SLOT + "'";
            while (!BenchStack.value(connection, done).equals("t")) {
                LockSupport.parkNanos(POLL.toNanos());
            }
            return Duration.ofNanos(System.nanoTime() - start);
        } finally {
            onTarget("drop subscription if exists bench_native");
        }
    }

    private void onTarget(String... statements) throws SQLException {
        DatabaseAddress warehouse = stack.warehouseAddress();
        String url = warehouse.url().replaceFirst("/[^/]*$", "/" + DATABASE);
        try (Connection connection = DriverManager.getConnection(url, warehouse.user(), warehouse.password());
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }
}
