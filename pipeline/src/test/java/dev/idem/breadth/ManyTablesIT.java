package dev.idem.breadth;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * A database of thousands of small tables: it is equal after the snapshot, under the stream and after a restart, and
 * how long each takes is told. By hand: {@code -Didem.many.tables=2000}.
 */
@EnabledIfSystemProperty(named = "idem.many.tables", matches = "[0-9]+")
class ManyTablesIT {

    private static final int TABLES = Integer.getInteger("idem.many.tables", 0);
    private static final Duration PATIENCE = Duration.ofMinutes(8);
    private static final List<String> SHAPES = List.of(
            "id int primary key, v text",
            "id bigint generated always as identity primary key, v text, made timestamptz default now(), n numeric(12, 3)",
            "a int, id int, v text default 'x', tags text[], primary key (a, id)",
            "id int primary key, v text, doc jsonb default '{\"a\": 1}', at interval default '1 day', on_day date",
            "id int, v text");

    private long since = System.nanoTime();

    @Test
    void thousands_of_tables_are_equal() throws Exception {
        try (Replication replication = new Replication();
                Connection source = replication.source();
                Connection warehouse = replication.warehouse()) {
            make(source);
            Equality equality = new Equality(source, warehouse);
            List<String> tables =
                    IntStream.range(0, TABLES).mapToObj(ManyTablesIT::table).toList();
            say("made");
            replication.start();
            replication.catchUp(PATIENCE);
            say("snapshot");
            assertThat(equality.report(tables)).isEmpty();
            say("compared");

            write(source);
            replication.catchUp(PATIENCE);
            say("two changes of each table");
            source.createStatement().execute("create table late (id int primary key); insert into late values (1)");
            replication.settle(PATIENCE, Duration.ofMillis(500), () -> equality.report(List.of("public.late")));
            say("a new table");
            replication.stop();
            say("stop");
            write(source);
            replication.start();
            replication.catchUp(PATIENCE);
            say("start with two changes of each table");
            assertThat(equality.report(tables)).isEmpty();
        }
    }

    private static String table(int i) {
        return "many.t" + i;
    }

    private static void make(Connection source) throws SQLException {
        try (Statement statement = source.createStatement()) {
            statement.execute("create schema many");
            for (int i = 0; i < TABLES; i++) {
                statement.execute("create table " + table(i) + " (" + SHAPES.get(i % SHAPES.size()) + ")");
                statement.execute("alter table " + table(i) + " replica identity full");
                insert(statement, i, 0, 3);
            }
        }
    }

    private static void write(Connection source) throws SQLException {
        try (Statement statement = source.createStatement()) {
            for (int i = 0; i < TABLES; i++) {
                insert(statement, i, (int) (System.nanoTime() / 1_000_000 % 100_000_000), 1);
                statement.execute("update " + table(i) + " set v = v || '+'");
            }
        }
    }

    private static void insert(Statement statement, int table, int from, int rows) throws SQLException {
        String shape = SHAPES.get(table % SHAPES.size());
        String columns = shape.contains("identity") ? "v" : shape.startsWith("a ") ? "a, id, v" : "id, v";
        String values = shape.contains("identity") ? "'v'" : shape.startsWith("a ") ? "1, i, 'v'" : "i, 'v'";
        statement.execute("insert into " + table(table) + " (" + columns + ") select " + values
                + " from generate_series(" + (from + 1) + ", " + (from + rows) + ") i");
    }

    private void say(String what) {
        long now = System.nanoTime();
        System.out.printf("many tables: %s in %.1f s%n", what, (now - since) / 1e9);
        since = now;
    }
}
