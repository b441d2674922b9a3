package dev.idem.breadth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.capture.SourceTable;
import dev.idem.capture.SourceTables;
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
import java.util.Set;
import java.util.stream.Collectors;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * A database with the shapes of PostgreSQL's own regression tests: each table is equal, or named beforehand.
 *
 * <p>Any other database: {@code -Didem.regression.prepare=COMMAND} fills the source instead of our script. The shell
 * runs it with {@code PGHOST}, {@code PGPORT}, {@code PGUSER}, {@code PGPASSWORD} and {@code PGDATABASE}, so that it
 * may call {@code psql}.
 */
class RegressionShapesIT {

    private static final Duration DRAIN = Duration.ofMinutes(Integer.getInteger("idem.breadth.drain", 4));

    private final List<String> report = new ArrayList<>();

    /** The tables whose updates and deletes are captured: the others are named. */
    private static List<String> changed(List<SourceTable> tables, List<String> replicated) {
        Set<String> named = tables.stream()
                .filter(table -> !table.identified())
                .map(RegressionShapesIT::quoted)
                .collect(Collectors.toSet());
        return replicated.stream().filter(table -> !named.contains(table)).toList();
    }

    private static String quoted(SourceTable table) {
        return Names.quoted(table.table().schema())
                + '.'
                + Names.quoted(table.table().name());
    }

    @Test
    @DisplayName("every table of a database with many shapes is equal value by value, or named beforehand by check")
    void every_table_is_equal_or_named_beforehand() throws Exception {
        String command = System.getProperty("idem.regression.prepare", "");
        try (Replication replication = new Replication();
                Connection source = replication.source();
                Connection warehouse = replication.warehouse()) {
            if (command.isEmpty()) {
                script(source);
            } else {
                prepare(replication, command);
            }
            List<SourceTable> tables = SourceTables.chosen(source, replication.sourceSettings());
            tables.forEach(table -> {
                table.obstacle().ifPresent(why -> say("left out: " + table.table() + ": " + why));
                table.warning().ifPresent(why -> say("in part: " + table.table() + ": " + why));
            });
            List<String> replicated = tables.stream()
                    .filter(SourceTable::isReplicable)
                    .filter(table -> !needsMore(table))
                    .map(RegressionShapesIT::quoted)
                    .toList();
            replication.start();
            catchUp(replication);
            compare("after the snapshot", replicated, source, warehouse);

            EveryTable changes = new EveryTable(source);
            List<String> untouched = new ArrayList<>();
            for (String table : changed(tables, replicated)) {
                if (changes.change(table) == 0) {
                    untouched.add(table);
                }
            }
            catchUp(replication);
            compare("after the changes", replicated, source, warehouse);
            report.addAll(replication.deadLetters());
            say(tables.size() + " tables, " + replicated.size() + " replicated, no change allowed in " + untouched);
            assertThat(report).as("sink %s", replication.sinkTrouble()).isEmpty();
            assertThat(replicated).hasSizeGreaterThanOrEqualTo(command.isEmpty() ? 120 : 1);
            assertThat(untouched).hasSizeLessThan(command.isEmpty() ? 5 : tables.size());
        }
    }

    /** The warehouse of this test has no types with functions of their own. */
    private static boolean needsMore(SourceTable table) {
        return table.warning().filter(why -> why.contains("a base type")).isPresent();
    }

    private static void catchUp(Replication replication) throws SQLException {
        try {
            replication.catchUp(DRAIN);
        } catch (ConditionTimeoutException e) {
            say("not caught up: " + replication.sinkTrouble());
        }
    }

    private void compare(String when, List<String> tables, Connection source, Connection warehouse)
            throws SQLException {
        Equality equality = new Equality(source, warehouse);
        for (String table : tables) {
            List<String> differences = equality.differences(table);
            if (!differences.isEmpty()) {
                report.add(when + ' ' + table + "\n  " + String.join("\n  ", differences) + "\n");
            }
        }
    }

    /** Statements end where a line ends with a semicolon. */
    private static void script(Connection source) throws IOException, SQLException {
        try (InputStream file = Objects.requireNonNull(RegressionShapesIT.class.getResourceAsStream("shapes.sql"));
                Statement statement = source.createStatement()) {
            statement.setEscapeProcessing(false);
            for (String sql : new String(file.readAllBytes(), StandardCharsets.UTF_8).split(";\n", -1)) {
                try {
                    statement.execute(sql);
                } catch (SQLException e) {
                    throw new SQLException(sql, e.getSQLState(), e);
                }
            }
        }
    }

    private static void prepare(Replication replication, String command) throws IOException, InterruptedException {
        ProcessBuilder shell = new ProcessBuilder("sh", "-c", command).inheritIO();
        shell.environment().put("PGHOST", "127.0.0.1");
        shell.environment()
                .put("PGPORT", Integer.toString(replication.sourceServer().port()));
        shell.environment().put("PGUSER", replication.sourceServer().user());
        shell.environment().put("PGPASSWORD", replication.sourceServer().password());
        shell.environment().put("PGDATABASE", replication.database());
        say("prepared, exit code " + shell.start().waitFor());
    }

    private static void say(String text) {
        System.out.println("shapes: " + text);
    }
}
