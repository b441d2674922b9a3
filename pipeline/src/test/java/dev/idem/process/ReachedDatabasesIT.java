package dev.idem.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.idem.config.Settings;
import dev.idem.config.SettingsLoader;
import dev.idem.embedded.EmbeddedPostgres;
import dev.idem.embedded.PostgresConfig;
import dev.idem.error.PipelineException;
import dev.idem.testing.TestDirectory;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A command beside a running pipeline finds its embedded servers, and starts them where none run. */
class ReachedDatabasesIT {

    private final Path directory = TestDirectory.create("reached");

    @AfterEach
    void deleteDirectory() {
        TestDirectory.delete(directory);
    }

    @Test
    void server_of_a_running_process_is_used_and_left_running() throws SQLException {
        try (EmbeddedPostgres running = EmbeddedPostgres.start(PostgresConfig.in(directory.resolve("source")))) {
            DatabaseAddress source;
            try (ReachedDatabases databases = new ReachedDatabases(settings(Map.of()))) {
                source = databases.source();
                assertThat(source.url()).contains(":" + running.address().port() + "/");
                assertAnswers(source);
            }
            assertAnswers(source);
        }
    }

    @Test
    void server_that_does_not_run_is_started_for_as_long_as_the_command_takes() throws SQLException {
        DatabaseAddress warehouse;
        try (ReachedDatabases databases = new ReachedDatabases(settings(Map.of()))) {
            warehouse = databases.warehouse();
            assertAnswers(warehouse);
        }
        assertThatThrownBy(() -> assertAnswers(warehouse)).isInstanceOf(SQLException.class);
    }

    @Test
    void database_that_the_role_has_no_address_for_is_asked_for() {
        try (ReachedDatabases databases = new ReachedDatabases(settings(Map.of("idem.role", "sink")))) {
            assertThatThrownBy(databases::source)
                    .isInstanceOf(PipelineException.class)
                    .hasMessageStartingWith("source.url: not set");
        }
    }

    private static void assertAnswers(DatabaseAddress address) throws SQLException {
        try (Connection connection = DriverManager.getConnection(address.url(), address.user(), address.password())) {
            assertThat(connection.isValid(5)).isTrue();
        }
    }

    private Settings settings(Map<String, String> more) {
        Map<String, String> flags = new HashMap<>(Map.of(
                "idem.data-dir", directory.toString(),
                "source.url", "embedded",
                "warehouse.url", "embedded",
                "kafka.bootstrap.servers", "embedded"));
        flags.putAll(more);
        return SettingsLoader.load(Optional.empty(), Map.of(), flags);
    }
}
