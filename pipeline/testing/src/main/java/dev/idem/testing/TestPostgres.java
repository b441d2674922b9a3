package dev.idem.testing;

import dev.idem.embedded.EmbeddedPostgres;
import dev.idem.embedded.PostgresAddress;
import dev.idem.embedded.PostgresConfig;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;

/**
 * A PostgreSQL server for one test class, which keeps its port and its data while it is killed and started again.
 *
 * <p><i>Threads:</i> one thread starts and stops it; connections may be opened by any.
 */
public final class TestPostgres implements AutoCloseable {
    private static final String DATABASE = "postgres";

    private final Path directory;
    private PostgresConfig config;
    private EmbeddedPostgres server;

    private TestPostgres(Path directory, PostgresConfig config) {
        this.directory = directory;
        this.server = EmbeddedPostgres.start(config);
        this.config = config.onPort(server.address().port());
        Runtime.getRuntime().addShutdownHook(new Thread(this::killQuietly, "kill test postgres"));
    }

    /** Of the first version that the tests run on. */
    public static TestPostgres start() {
        return start(PostgresVersions.first());
    }

    /** Of this major version. */
    public static TestPostgres start(String version) {
        return start(version, Map.of());
    }

    /** With server settings of the test's own, such as {@code max_slot_wal_keep_size}. */
    public static TestPostgres start(String version, Map<String, String> settings) {
        Path directory = TestDirectory.create("postgres-" + version);
        return new TestPostgres(
                directory,
                new PostgresConfig(
                        directory, PostgresVersions.binaries(version), TestDirectory.binaries(), 0, settings));
    }

    public int port() {
        return address().port();
    }

    public String user() {
        return address().user();
    }

    public String password() {
        return address().password();
    }

    public PostgresAddress address() {
        return server.address();
    }

    /** Of the database {@code postgres}. */
    public String jdbcUrl() {
        return jdbcUrl(DATABASE);
    }

    public String jdbcUrl(String database) {
        return address().jdbcUrl(database);
    }

    /** A superuser's connection to the database {@code postgres}. */
    public Connection connect() throws SQLException {
        return connect(DATABASE);
    }

    public Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(jdbcUrl(database), user(), password());
    }

    /** Each statement on its own, committed, in the database {@code postgres}. */
    public void execute(String... statements) throws SQLException {
        executeIn(DATABASE, statements);
    }

    public void executeIn(String database, String... statements) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** All of them in one transaction. */
    public void transactionIn(String database, String... statements) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (String sql : statements) {
                statement.execute(sql);
            }
            connection.commit();
        }
    }

    /** Makes an empty database and answers its JDBC address. */
    public String createDatabase(String name) throws SQLException {
        execute("create database \"" + name + "\"");
        return jdbcUrl(name);
    }

    /** Kills the postmaster with SIGKILL; {@link #restart} recovers. */
    public void kill() {
        server.kill();
    }

    /** Stops every process of it where it stands with SIGSTOP: connections stay open, and nobody answers. */
    public void freeze() {
        signal("STOP");
    }

    /** Lets it go on after {@link #freeze}. */
    public void thaw() {
        signal("CONT");
    }

    /** The postmaster first, which then makes no more processes; one that has ended meanwhile is passed over. */
    private void signal(String name) {
        Signals.send(name, server.process().pid());
        server.process().descendants().filter(ProcessHandle::isAlive).forEach(child -> {
            try {
                Signals.send(name, child.pid());
            } catch (IllegalStateException e) {
                if (child.isAlive()) {
                    throw e;
                }
            }
        });
    }

    /** Stops cleanly, keeping the data. */
    public void stop() {
        server.close();
    }

    /** Starts on the same data and port, after {@link #kill} or {@link #stop}, or stopping first. */
    public void restart() {
        restart(Map.of());
    }

    /** Starts again with more settings, which stay. */
    public void restart(Map<String, String> settings) {
        if (server.isRunning()) {
            server.close();
        }
        config = config.with(settings);
        server = EmbeddedPostgres.start(config);
    }

    /** The data directory, for tests that copy or damage it while the server is down. */
    public Path dataDirectory() {
        return directory.resolve("data");
    }

    /** Stops it, if it runs, and deletes its data. */
    @Override
    public void close() {
        if (server.isRunning()) {
            server.kill();
        }
        TestDirectory.delete(directory);
    }

    private void killQuietly() {
        if (server.isRunning()) {
            server.process().destroyForcibly();
        }
    }
}
