package dev.idem.breadth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.source.SourceTable;
import dev.idem.source.SourceTables;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
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
 * may call {@code psql}. {@code -Didem.regression.migrate=COMMAND} is run likewise, while the pipeline streams.
 */
class RegressionShapesIT {

    private static final Duration DRAIN = Duration.ofMinutes(Integer.getInteger("idem.breadth.drain", 4));
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final String PREPARATION = System.getProperty("idem.regression.prepare", "");
    private static final String MIGRATION = System.getProperty("idem.regression.migrate", "");

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
        try (Replication replication = new Replication();
                Connection source = replication.source();
                Connection warehouse = replication.warehouse()) {
            if (PREPARATION.isEmpty()) {
                script(source);
            } else {
                prepare(replication, PREPARATION);
            }
            Equality equality = new Equality(source, warehouse);
            installExtensions(source, warehouse);
            List<SourceTable> tables = named(source, replication);
            replication.start();
            catchUp(replication);
            report("after the snapshot", equality.report(replicated(tables)));
            if (!MIGRATION.isEmpty()) {
                prepare(replication, MIGRATION);
                installExtensions(source, warehouse);
                tables = named(source, replication);
                catchUp(replication);
                List<String> migrated = replicated(tables);
                report("after the migration", replication.settle(DRAIN, LOOK, () -> equality.report(migrated)));
            }

            EveryTable changes = new EveryTable(source);
            List<String> untouched = new ArrayList<>();
            for (String table : changed(tables, replicated(tables))) {
                if (changes.change(table) == 0) {
                    untouched.add(table);
                }
            }
            catchUp(replication);
            List<String> replicated = replicated(tables);
            report("after the changes", replication.settle(DRAIN, LOOK, () -> equality.report(replicated)));
            report.addAll(replication.deadLetters());
            say(tables.size() + " tables, " + replicated.size() + " replicated, no change allowed in " + untouched);
            assertThat(report).as("sink %s", replication.sinkTrouble()).isEmpty();
            assertThat(replicated).hasSizeGreaterThanOrEqualTo(PREPARATION.isEmpty() ? 120 : 1);
            assertThat(untouched).hasSizeLessThan(PREPARATION.isEmpty() ? 5 : tables.size());
        }
    }

    private void report(String when, List<String> differences) {
        differences.forEach(difference -> report.add(when + ' ' + difference));
    }

    /** The tables of now; those that Idem names are told. */
    private static List<SourceTable> named(Connection source, Replication replication) {
        List<SourceTable> tables = SourceTables.chosen(source, replication.sourceSettings());
        tables.forEach(table -> {
            table.obstacle().ifPresent(why -> say("left out: " + table.table() + ": " + why));
            table.warning().ifPresent(why -> say("in part: " + table.table() + ": " + why));
        });
        return tables;
    }

    private static List<String> replicated(List<SourceTable> tables) {
        return tables.stream()
                .filter(SourceTable::isReplicable)
                .filter(table -> !needsMore(table))
                .map(RegressionShapesIT::quoted)
                .toList();
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

    /** What the warehouse's owner has to do. */
    private static void installExtensions(Connection source, Connection warehouse) throws SQLException {
        try (Statement asked = source.createStatement();
                Statement statement = warehouse.createStatement();
                ResultSet row = asked.executeQuery("select format('create extension if not exists %I cascade', extname)"
                        + " from pg_extension where extname <> 'plpgsql'")) {
            while (row.next()) {
                statement.execute(row.getString(1));
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
