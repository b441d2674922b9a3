package dev.idem.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.testing.TestPostgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PostgresVersionsIT {
    @ParameterizedTest
    @MethodSource("dev.idem.testing.PostgresVersions#chosen")
    void every_chosen_version_recovers_from_a_kill(String version) throws SQLException {
        try (TestPostgres postgres = TestPostgres.start(version)) {
            postgres.execute("create table kept (id int)", "insert into kept values (7)");

            postgres.kill();
            postgres.restart();

            try (Connection connection = postgres.connect();
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("select id, current_setting('server_version') from kept")) {
                assertThat(row.next()).isTrue();
                assertThat(row.getInt(1)).isEqualTo(7);
                assertThat(row.getString(2)).startsWith(version + ".");
            }
        }
    }
}
