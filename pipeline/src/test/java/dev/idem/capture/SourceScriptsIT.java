package dev.idem.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.idem.testing.TestPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The scripts of {@code sql/source}, as a person runs them. */
class SourceScriptsIT {
    private static final List<String> SCRIPTS =
            List.of("010_role.sql", "020_publication.sql", "030_heartbeat.sql", "040_schema_changes.sql");

    @ParameterizedTest
    @MethodSource("dev.idem.testing.PostgresVersions#chosen")
    void scripts_run_twice_and_leave_a_role_that_may_capture_and_no_more(String version)
            throws SQLException, IOException {
        try (TestPostgres source = TestPostgres.start(version)) {
            source.execute("create schema sales", "create table sales.orders (id int primary key)");
            run(source, SCRIPTS);
            run(source, SCRIPTS);
            source.execute("alter role idem password 'pw'", "create table sales.later (id int primary key)");

            try (Connection idem = DriverManager.getConnection(source.jdbcUrl(), "idem", "pw");
                    Statement statement = idem.createStatement()) {
                statement.execute("select pg_create_logical_replication_slot('idem_idem', 'pgoutput')");
                statement.execute("select pg_logical_emit_message(false, 'idem.heartbeat', '')");
                statement.execute("select * from sales.orders, sales.later");
                assertThat(count(statement, "select count(*) from pg_publication_tables where pubname = 'idem_idem'"))
                        .isEqualTo(2);
                assertThatThrownBy(() -> statement.execute("insert into sales.orders values (1)"))
                        .hasMessageContaining("permission denied");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.idem.testing.PostgresVersions#chosen")
    void publication_takes_no_writes_from_tables_without_an_identity(String version) throws SQLException, IOException {
        try (TestPostgres source = TestPostgres.start(version)) {
            source.execute(
                    "create table orders (id int primary key)",
                    "create table log (line text)",
                    "create table later (line text)",
                    "insert into log values ('a')");
            run(source, List.of("020_publication.sql"));
            source.execute("update log set line = 'b'", "delete from log", "alter table later replica identity full");
            run(source, List.of("020_publication.sql"));

            try (Connection connection = source.connect();
                    Statement statement = connection.createStatement()) {
                assertThat(count(
                                statement,
                                "select count(*) from pg_publication_tables where pubname || '.' || tablename in"
                                        + " ('idem_idem.orders', 'idem_idem.later', 'idem_idem_inserts.log')"))
                        .isEqualTo(3);
                assertThat(count(statement, "select count(*) from pg_publication_tables"))
                        .isEqualTo(3);
            }
        }
    }

    private static void run(TestPostgres source, List<String> scripts) throws SQLException, IOException {
        for (String script : scripts) {
            source.execute(read(script));
        }
    }

    static String read(String script) throws IOException {
        try (InputStream content = Objects.requireNonNull(
                SourceScriptsIT.class.getResourceAsStream("/dev/idem/sql/source/" + script), script)) {
            return new String(content.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static long count(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            assertThat(row.next()).isTrue();
            return row.getLong(1);
        }
    }
}
