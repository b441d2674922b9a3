package dev.idem.bench;

import dev.idem.config.Settings;
import dev.idem.config.SettingsLoader;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.process.DatabaseAddress;
import dev.idem.process.EmbeddedServers;
import dev.idem.process.Pipeline;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Source, broker and warehouse of a benchmark, and the pipeline between them, started and stopped as the workload
 * wants.
 *
 * <p><i>Threads:</i> one thread.
 */
final class BenchStack implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(20);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(20);
    private static final String NAME = "bench";

    private final Settings settings;
    private final EmbeddedServers servers;
    private Optional<Pipeline> pipeline = Optional.empty();

    private BenchStack(Settings settings) {
        this.settings = settings;
        this.servers = EmbeddedServers.start(settings);
    }

    /** Starts the servers with their data in {@code directory}, which must be empty. */
    static BenchStack start(Path directory) {
        return new BenchStack(SettingsLoader.load(
                Optional.empty(),
                Map.of(),
                Map.of(
                        "idem.name", NAME,
                        "idem.data-dir", directory.toString(),
                        "source.url", "embedded",
                        "warehouse.url", "embedded",
                        "kafka.bootstrap.servers", "embedded",
                        "source.tables", "public.bench*")));
    }

    Connection source() throws SQLException {
        return connect(sourceAddress());
    }

    Connection warehouse() throws SQLException {
        return connect(servers.warehouse(settings));
    }

    DatabaseAddress sourceAddress() {
        return servers.source(settings);
    }

    DatabaseAddress warehouseAddress() {
        return servers.warehouse(settings);
    }

    private static Connection connect(DatabaseAddress address) throws SQLException {
        return DriverManager.getConnection(address.url(), address.user(), address.password());
    }

    void onSource(String... statements) throws SQLException {
        try (Connection connection = source()) {
            execute(connection, statements);
        }
    }

    void onWarehouse(String... statements) throws SQLException {
        try (Connection connection = warehouse()) {
            execute(connection, statements);
        }
    }

    private static void execute(Connection connection, String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    static String value(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? String.valueOf(row.getString(1)) : "";
        }
    }

    void startPipeline() {
        Pipeline started = new Pipeline(settings, servers);
        pipeline = Optional.of(started);
        started.start();
    }

    void stopPipeline() {
        pipeline.ifPresent(Pipeline::close);
        pipeline = Optional.empty();
    }

    /** Waits until the warehouse has applied what the source has committed by now. */
    void awaitApplied() throws SQLException {
        String target;
        try (Connection source = source()) {
            target = value(source, "select pg_current_wal_insert_lsn()");
            // A commit of its own behind the target, so that there is one to apply.
            execute(source, "select pg_logical_emit_message(true, 'bench', '')");
        }
        awaitWarehouse("select consistent and commit_lsn >= '" + target + "'::pg_lsn from idem.progress");
    }

    /** Waits until the first snapshot is complete and applied. */
    void awaitSnapshot() throws SQLException {
        awaitWarehouse("select consistent from idem.progress where to_regclass('idem.progress') is not null");
    }

    /** Waits until a question to the warehouse is answered by true. */
    void awaitWarehouse(String question) throws SQLException {
        long deadline = System.nanoTime() + LONGEST_WAIT.toNanos();
        try (Connection connection = warehouse()) {
            while (!isTrue(connection, question)) {
                Optional<PipelineException> failure = pipeline.flatMap(Pipeline::failure);
                if (failure.isPresent()) {
                    throw failure.get();
                }
                if (System.nanoTime() > deadline) {
                    throw new PipelineException(
                            ErrorKind.INVARIANT,
                            "the benchmark waited for " + LONGEST_WAIT.toMinutes() + " minutes in vain: " + question);
                }
                LockSupport.parkNanos(POLL.toNanos());
            }
        }
    }

    private static boolean isTrue(Connection connection, String question) throws SQLException {
        if (value(connection, "select to_regclass('idem.progress') is not null").equals("f")) {
            return false;
        }
        return value(connection, question).equals("t");
    }

    /** True where the table holds the same rows on both sides: counted and summed by a hash of their text. */
    boolean isEqual(String table, String columns) throws SQLException {
        String sql = "select count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) from (select "
                + columns + " from " + table + ") t";
        try (Connection source = source();
                Connection warehouse = warehouse()) {
            return value(source, sql).equals(value(warehouse, sql));
        }
    }

    @Override
    public void close() {
        stopPipeline();
        servers.close();
    }
}
