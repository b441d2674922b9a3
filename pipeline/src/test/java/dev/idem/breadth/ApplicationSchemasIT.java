package dev.idem.breadth;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Databases as applications bring them, with their writes and migrations while the pipeline runs and while it is down.
 */
class ApplicationSchemasIT {

    private static final Duration DRAIN = Duration.ofMinutes(4);
    private static final Duration LOOK = Duration.ofSeconds(1);

    /** Every table but those that Idem names beforehand: unlogged ones. */
    private static final String TABLES = """
            select format('%I.%I', n.nspname, c.relname)
            from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            where c.relkind in ('r', 'p') and c.relpersistence = 'p' and not c.relispartition
                and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
            order by 1
            """;

    @ParameterizedTest
    @ValueSource(strings = {"erp", "saas", "telemetry"})
    @DisplayName("every table of an application's database ends equal value by value, whatever its migrations do")
    void every_table_of_an_application_ends_equal(String application) throws Exception {
        List<String> parts = List.of(script(application).split("-- == \\w+ ==\n", -1));
        try (Replication replication = new Replication();
                Connection source = replication.source();
                Connection warehouse = replication.warehouse()) {
            run(source, parts.get(0));
            run(warehouse, extensions(parts.get(0)));
            replication.start();
            replication.catchUp(DRAIN);
            run(source, parts.get(1));
            replication.catchUp(DRAIN);
            settle(replication, source, warehouse);
            replication.stop();
            run(source, parts.get(2));
            replication.start();
            run(source, parts.get(3));
            replication.catchUp(DRAIN);
            settle(replication, source, warehouse);
            assertThat(replication.deadLetters()).isEmpty();
        }
    }

    private static String script(String application) throws IOException {
        try (InputStream file = Objects.requireNonNull(
                ApplicationSchemasIT.class.getResourceAsStream("applications/" + application + ".sql"), application)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** What the warehouse's owner has to do before. */
    private static String extensions(String script) {
        return script.lines()
                .filter(line -> line.startsWith("create extension "))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private static void run(Connection source, String script) throws SQLException {
        try (Statement statement = source.createStatement()) {
            statement.setEscapeProcessing(false);
            for (String sql : script.split(";\n", -1)) {
                if (sql.isBlank()) {
                    continue;
                }
                try {
                    statement.execute(sql);
                } catch (SQLException e) {
                    throw new SQLException(sql, e.getSQLState(), e);
                }
            }
        }
    }

    private static void settle(Replication replication, Connection source, Connection warehouse) throws Exception {
        Equality equality = new Equality(source, warehouse);
        assertThat(replication.settle(DRAIN, LOOK, () -> equality.report(tables(source))))
                .as("sink %s, dead letters %s", replication.sinkTrouble(), replication.deadLetters())
                .isEmpty();
    }

    private static List<String> tables(Connection source) throws SQLException {
        List<String> tables = new ArrayList<>();
        try (Statement statement = source.createStatement();
                var row = statement.executeQuery(TABLES)) {
            while (row.next()) {
                tables.add(row.getString(1));
            }
        }
        return tables;
    }
}
