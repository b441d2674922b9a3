package dev.idem.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.idem.change.ColumnDefinition;
import dev.idem.change.TableDefinition;
import dev.idem.testing.PostgresVersions;
import dev.idem.testing.TestPostgres;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Definitions that change while the stream runs, lags, or stands still: each event has that of its place in the WAL.
 */
class SchemaChangeIT {

    private final TestServers servers = TestServers.of(PostgresVersions.first());
    private final TestPostgres source = servers.source();

    @Test
    @DisplayName("trap 40: a column added and dropped in one backlog is there for the events between")
    void column_added_and_dropped_in_one_backlog_is_there_between() throws Exception {
        try (CaptureFixture fixture =
                servers.capture("shifts", "create table shifts.t (id int primary key, gone text, v text)")) {
            fixture.startStreaming().close();
            source.execute(
                    "insert into shifts.t values (1, 'g', 'one')",
                    "alter table shifts.t add column extra numeric(8,3)",
                    "insert into shifts.t values (2, 'g', 'two', 2.5)",
                    "alter table shifts.t drop column gone",
                    "insert into shifts.t values (3, 'three', 3.5)",
                    "alter table shifts.t drop column extra",
                    "insert into shifts.t values (4, 'four')");
            catchUp(fixture);

            List<TestLog.Event> events = fixture.log().events();
            assertThat(events)
                    .extracting(TestLog.Event::after)
                    .containsExactly(
                            "{\"id\":1,\"gone\":\"g\",\"v\":\"one\"}",
                            "{\"id\":2,\"gone\":\"g\",\"v\":\"two\",\"extra\":\"2.500\"}",
                            "{\"id\":3,\"v\":\"three\",\"extra\":\"3.500\"}",
                            "{\"id\":4,\"v\":\"four\"}");
            assertThat(events.stream().map(event -> columns(fixture, event)))
                    .containsExactly(
                            "1 id integer, 2 gone text, 3 v text",
                            "1 id integer, 2 gone text, 3 v text, 4 extra numeric(8,3)",
                            "1 id integer, 3 v text, 4 extra numeric(8,3)",
                            "1 id integer, 3 v text");
        }
    }

    @Test
    @DisplayName("trap 40: a column dropped and added again under one name is another column")
    void column_dropped_and_added_again_while_down_is_another_column() throws Exception {
        try (CaptureFixture fixture = servers.capture("again", "create table again.t (id int primary key, v text)")) {
            try (Capture capture = fixture.startStreaming()) {
                source.execute("insert into again.t values (1, 'old')");
                fixture.awaitCaughtUp(capture);
            }
            source.execute(
                    "alter table again.t drop column v",
                    "alter table again.t add column v text",
                    "insert into again.t values (2, 'new')");
            catchUp(fixture);

            assertThat(fixture.log().events().stream().map(event -> columns(fixture, event)))
                    .containsExactly("1 id integer, 2 v text", "1 id integer, 3 v text");
        }
    }

    @Test
    void column_renamed_in_the_backlog_keeps_its_number() throws Exception {
        try (CaptureFixture fixture =
                servers.capture("renamed", "create table renamed.t (id int primary key, v text)")) {
            fixture.startStreaming().close();
            source.execute(
                    "insert into renamed.t values (1, 'one')",
                    "alter table renamed.t rename column v to w",
                    "insert into renamed.t values (2, 'two')",
                    "alter table renamed.t rename column id to key",
                    "alter table renamed.t rename column w to id",
                    "insert into renamed.t values (3, 'three')");
            catchUp(fixture);

            assertThat(fixture.log().events())
                    .extracting(TestLog.Event::key, TestLog.Event::after)
                    .containsExactly(
                            tuple("{\"id\":1}", "{\"id\":1,\"v\":\"one\"}"),
                            tuple("{\"id\":2}", "{\"id\":2,\"w\":\"two\"}"),
                            tuple("{\"key\":3}", "{\"key\":3,\"id\":\"three\"}"));
            assertThat(fixture.log().events().stream().map(event -> columns(fixture, event)))
                    .containsExactly("1 id integer, 2 v text", "1 id integer, 2 w text", "1 key integer, 2 id text");
        }
    }

    @Test
    @DisplayName("trap 41: a definition that changes within a transaction")
    void definition_changes_between_the_writes_of_one_transaction() throws Exception {
        try (CaptureFixture fixture = servers.capture("within", "create table within.t (id int primary key)");
                Capture capture = fixture.startStreaming()) {
            source.execute(
                    """
                    begin;
                    insert into within.t values (1);
                    alter table within.t add column v text;
                    insert into within.t values (2, 'two');
                    savepoint s;
                    alter table within.t add column w text;
                    insert into within.t values (30, 'x', 'y');
                    rollback to savepoint s;
                    insert into within.t values (3, 'three');
                    alter table within.t drop column v;
                    insert into within.t values (4);
                    commit
                    """, "begin; alter table within.t add column z int; insert into within.t values (5, 5); rollback");
            source.execute("insert into within.t values (6)");
            fixture.awaitCaughtUp(capture);

            assertThat(fixture.log().events())
                    .extracting(TestLog.Event::after)
                    .containsExactly(
                            "{\"id\":1}",
                            "{\"id\":2,\"v\":\"two\"}",
                            "{\"id\":3,\"v\":\"three\"}",
                            "{\"id\":4}",
                            "{\"id\":6}");
        }
    }

    @Test
    void type_changed_in_the_backlog_and_the_column_dropped_later_is_what_it_was() throws Exception {
        try (CaptureFixture fixture = servers.capture(
                "typed",
                "create type typed.mood as enum ('low', 'high')",
                "create table typed.t (id int primary key, v int)")) {
            fixture.startStreaming().close();
            source.execute(
                    "insert into typed.t values (1, 1)",
                    "alter table typed.t alter column v type text using v::text",
                    "insert into typed.t values (2, 'two')",
                    "alter table typed.t add column m typed.mood",
                    "insert into typed.t values (3, 'three', 'high')",
                    "alter table typed.t drop column v, drop column m",
                    "drop type typed.mood",
                    "insert into typed.t values (4)");
            catchUp(fixture);

            assertThat(fixture.log().streamed())
                    .extracting(TestLog.Event::after)
                    .containsExactly(
                            "{\"id\":1,\"v\":1}",
                            "{\"id\":2,\"v\":\"two\"}",
                            "{\"id\":3,\"v\":\"three\",\"m\":\"high\"}",
                            "{\"id\":4}");
        }
    }

    @Test
    @DisplayName("trap 34c: a table dropped with a backlog still has its keys")
    void table_dropped_with_a_backlog_has_its_keys() throws Exception {
        try (CaptureFixture fixture = servers.capture(
                "dropped",
                "create table dropped.t (b int, a int, v text, primary key (a, b))",
                "create table dropped.kept (id int primary key)")) {
            fixture.startStreaming().close();
            source.execute(
                    "insert into dropped.t values (1, 2, 'x')",
                    "alter table dropped.t add column w text",
                    "update dropped.t set a = 3, w = 'w'",
                    "delete from dropped.t",
                    "drop table dropped.t",
                    "insert into dropped.kept values (1)");
            catchUp(fixture);

            assertThat(fixture.log().events("dropped", "kept")).hasSize(1);
            assertThat(fixture.log().events("dropped", "t"))
                    .extracting(TestLog.Event::operation, TestLog.Event::key)
                    .containsExactly(
                            tuple("c", "{\"a\":2,\"b\":1}"),
                            tuple("d", "{\"a\":2,\"b\":1}"),
                            tuple("c", "{\"a\":3,\"b\":1}"),
                            tuple("d", "{\"a\":3,\"b\":1}"));
        }
    }

    @Test
    @DisplayName("trap 34c: the key is that of the change's place in the WAL")
    void key_is_that_of_the_changes_place_in_the_wal() throws Exception {
        try (CaptureFixture fixture = servers.capture(
                "keyed",
                "create table keyed.t (id int primary key, code text not null, v int)",
                "create unique index code on keyed.t (code)")) {
            fixture.startStreaming().close();
            source.execute(
                    "insert into keyed.t values (1, 'a', 1)",
                    "alter table keyed.t replica identity using index code",
                    "update keyed.t set code = 'b'",
                    "alter table keyed.t replica identity default",
                    "alter table keyed.t drop constraint t_pkey, add primary key (code, id)",
                    "delete from keyed.t");
            catchUp(fixture);

            assertThat(fixture.log().events())
                    .extracting(TestLog.Event::operation, TestLog.Event::key)
                    .containsExactly(
                            tuple("c", "{\"id\":1}"),
                            tuple("d", "{\"code\":\"a\"}"),
                            tuple("c", "{\"code\":\"b\"}"),
                            tuple("d", "{\"code\":\"b\",\"id\":1}"));
        }
    }

    @Test
    void restart_gives_the_same_definitions_the_same_numbers() throws Exception {
        try (CaptureFixture fixture = servers.capture(
                "numbers",
                "create table numbers.t (id int primary key, v text not null default 'd', g int generated always as (id) stored)",
                "alter table numbers.t replica identity full")) {
            for (int run = 1; run <= 3; run++) {
                try (Capture capture = fixture.startStreaming()) {
                    source.execute("insert into numbers.t (id) values (" + run + ")");
                    fixture.awaitCaughtUp(capture);
                }
            }

            assertThat(fixture.log().definitions()).hasSize(1);
            assertThat(fixture.log().events())
                    .extracting(TestLog.Event::definition)
                    .containsExactly("1", "1", "1");
        }
    }

    @Test
    void renamed_table_goes_on_with_its_numbers_after_a_restart() throws Exception {
        try (CaptureFixture fixture = servers.capture("moves", "create table moves.t (id int primary key)")) {
            try (Capture capture = fixture.startStreaming()) {
                source.execute("insert into moves.t values (1)");
                fixture.awaitCaughtUp(capture);
            }
            source.execute("alter table moves.t rename to u", "insert into moves.u values (2)");
            catchUp(fixture);

            List<TableDefinition> definitions = fixture.log().definitions();
            assertThat(definitions).extracting(Object::toString).containsExactly("moves.t#1", "moves.u#2");
            assertThat(definitions.get(1).relation())
                    .isEqualTo(definitions.get(0).relation());
            assertThat(definitions.get(1).isYoungerThan(definitions.get(0))).isTrue();
        }
    }

    @Test
    void table_renamed_while_streaming_goes_on_under_its_new_name() throws Exception {
        try (CaptureFixture fixture = servers.capture("onward", "create table onward.t (id int primary key)");
                Capture capture = fixture.startStreaming()) {
            source.execute(
                    "insert into onward.t values (1)",
                    "alter table onward.t rename to u",
                    "insert into onward.u values (2)",
                    "alter table onward.u add column v int",
                    "insert into onward.u values (3, 3)");
            fixture.awaitCaughtUp(capture);

            assertThat(fixture.log().definitions())
                    .extracting(Object::toString)
                    .containsExactly("onward.t#1", "onward.u#2", "onward.u#3");
            assertThat(fixture.log().events("onward", "u"))
                    .extracting(TestLog.Event::after)
                    .containsExactly("{\"id\":2}", "{\"id\":3,\"v\":3}");
        }
    }

    @Test
    void table_renamed_while_down_has_its_old_name_for_the_backlog() throws Exception {
        try (CaptureFixture fixture = servers.capture("earlier", "create table earlier.t (id int primary key)")) {
            fixture.startStreaming().close();
            source.execute(
                    "insert into earlier.t values (1)",
                    "alter table earlier.t rename to u",
                    "insert into earlier.u values (2)");
            catchUp(fixture);

            assertThat(fixture.log().events("earlier", "t"))
                    .extracting(TestLog.Event::after)
                    .containsExactly("{\"id\":1}");
            assertThat(fixture.log().events("earlier", "u"))
                    .extracting(TestLog.Event::after)
                    .containsExactly("{\"id\":2}");
        }
    }

    @Test
    @DisplayName("trap 46: columns whose names differ in case only, or have quotes")
    void columns_added_while_streaming_whose_names_differ_in_case_only_are_told_apart() throws Exception {
        try (CaptureFixture fixture = servers.capture("cases", "create table cases.t (id int primary key, v text)")) {
            try (Capture capture = fixture.startStreaming()) {
                source.execute(
                        "alter table cases.t add column \"V\" text, add column \"'q'\" text",
                        "insert into cases.t values (1, 'small', 'large', 'quoted')");
                fixture.awaitCaughtUp(capture);
            }
            assertThat(fixture.log().events())
                    .extracting(TestLog.Event::after)
                    .containsExactly("{\"id\":1,\"v\":\"small\",\"V\":\"large\",\"'q'\":\"quoted\"}");
        }
    }

    @Test
    void domain_over_an_enumeration_and_an_enumeration_without_labels_are_no_obstacle() throws Exception {
        try (CaptureFixture fixture = servers.capture(
                        "labels",
                        "create type labels.mood as enum ('low', 'high')",
                        "create type labels.none as enum ()",
                        "create domain labels.spirit as labels.mood not null",
                        "create table labels.t (id int primary key, s labels.spirit, l labels.spirit[], n labels.none)",
                        "insert into labels.t values (1, 'low', '{low}')");
                Capture capture = fixture.startStreaming()) {
            source.execute("insert into labels.t values (2, 'high', '{high,low}')");
            fixture.awaitCaughtUp(capture);

            assertThat(fixture.log().events())
                    .extracting(TestLog.Event::after)
                    .containsExactly(
                            "{\"id\":1,\"s\":\"low\",\"l\":\"{low}\",\"n\":null}",
                            "{\"id\":2,\"s\":\"high\",\"l\":\"{high,low}\",\"n\":null}");
        }
    }

    @Test
    void event_trigger_tells_dropped_columns_apart() throws Exception {
        assumeThat(Integer.parseInt(servers.version())).isGreaterThanOrEqualTo(14);
        source.execute(SourceScriptsIT.read("040_schema_changes.sql"));
        try (CaptureFixture fixture = servers.capture("told", "create table told.t (id int primary key)")) {
            fixture.startStreaming().close();
            source.execute(
                    "alter table told.t add column a text, add column b text, add column c text",
                    "alter table told.t drop column a",
                    "insert into told.t values (1, 'b', 'c')",
                    "alter table told.t drop column b",
                    "insert into told.t values (2, 'c')",
                    "alter table told.t drop column c",
                    "insert into told.t values (3)");
            catchUp(fixture);

            assertThat(fixture.log().events().stream().map(event -> columns(fixture, event)))
                    .containsExactly("1 id integer, 3 b text, 4 c text", "1 id integer, 4 c text", "1 id integer");
        } finally {
            source.execute("drop event trigger idem_schema_changes", "drop schema idem_source cascade");
        }
    }

    private void catchUp(CaptureFixture fixture) throws Exception {
        try (Capture capture = fixture.startStreaming()) {
            fixture.awaitCaughtUp(capture);
        }
    }

    private static String columns(CaptureFixture fixture, TestLog.Event event) {
        TableDefinition named = fixture.log().definitions().stream()
                .filter(definition -> Integer.toString(definition.number()).equals(event.definition()))
                .findFirst()
                .orElseThrow();
        return named.columns().stream().map(SchemaChangeIT::column).collect(java.util.stream.Collectors.joining(", "));
    }

    private static String column(ColumnDefinition column) {
        return column.number() + " " + column.name() + " " + column.type();
    }
}
