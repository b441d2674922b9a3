package dev.idem.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.idem.testing.ServerProcess;
import dev.idem.testing.TestDirectory;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Run as root this shows the server under another name, as a user under its own. */
class EmbeddedPostgresIT {
    private final Path directory = TestDirectory.create("embedded-postgres");

    @AfterEach
    void deleteData() {
        TestDirectory.delete(directory);
    }

    @Test
    void data_outlive_a_restart_and_the_server_is_durable_and_logical() throws SQLException {
        try (EmbeddedPostgres server = EmbeddedPostgres.start(config())) {
            run(server.address(), "create table kept (id int)");
            run(server.address(), "insert into kept values (7)");
        }

        try (EmbeddedPostgres server = EmbeddedPostgres.start(config())) {
            assertThat(query(server.address(), "select id from kept")).isEqualTo("7");
            assertThat(query(server.address(), "show fsync")).isEqualTo("on");
            assertThat(query(server.address(), "show synchronous_commit")).isEqualTo("on");
            assertThat(query(server.address(), "show wal_level")).isEqualTo("logical");
            assertThat(query(server.address(), "show server_version_num")).startsWith("18");
        }
    }

    @Test
    void data_outlive_a_killed_server() throws SQLException {
        EmbeddedPostgres killed = EmbeddedPostgres.start(config());
        run(killed.address(), "create table kept (id int)");
        run(killed.address(), "insert into kept values (7)");
        killed.kill();

        try (EmbeddedPostgres server = EmbeddedPostgres.start(config())) {
            assertThat(query(server.address(), "select id from kept")).isEqualTo("7");
        }
    }

    @Test
    void server_left_behind_by_a_killed_process_is_stopped_before_the_next_starts() throws SQLException {
        ServerProcess process = ServerProcess.postgres(directory, 0);
        int port = process.port();
        process.kill();

        try (EmbeddedPostgres server = EmbeddedPostgres.start(config().onPort(port))) {
            assertThat(query(server.address(), "select 1")).isEqualTo("1");
            assertThat(server.address().port()).isEqualTo(port);
        }
    }

    @Test
    void directory_in_use_is_refused_by_name() {
        try (EmbeddedPostgres server = EmbeddedPostgres.start(config())) {
            assertThatThrownBy(() -> EmbeddedPostgres.start(config()))
                    .isInstanceOf(EmbeddedServerException.class)
                    .hasMessageContaining("another process runs a server on " + directory);
            assertThat(server.isRunning()).isTrue();
        }
    }

    @Test
    void reason_of_a_failed_start_is_told() {
        PostgresConfig wrong = config().with(Map.of("no_such_setting", "1"));

        assertThatThrownBy(() -> EmbeddedPostgres.start(wrong))
                .isInstanceOf(EmbeddedServerException.class)
                .hasMessageContaining("no_such_setting");
    }

    private PostgresConfig config() {
        PostgresConfig plain = PostgresConfig.in(directory);
        Path shared = directory.resolveSibling("binaries");
        return new PostgresConfig(directory, plain.binaries(), shared, 0, Map.of());
    }

    private static void run(PostgresAddress address, String sql) throws SQLException {
        try (Connection connection = connect(address);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String query(PostgresAddress address, String sql) throws SQLException {
        try (Connection connection = connect(address);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }

    private static Connection connect(PostgresAddress address) throws SQLException {
        return DriverManager.getConnection(address.jdbcUrl("postgres"), address.user(), address.password());
    }
}
