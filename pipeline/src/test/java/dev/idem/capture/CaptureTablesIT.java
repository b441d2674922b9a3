package dev.idem.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.idem.change.Cut;
import dev.idem.change.TableId;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.source.MissedRows;
import dev.idem.source.SourceDatabase;
import dev.idem.source.SourcePublication;
import dev.idem.source.SourceTable;
import dev.idem.source.SourceTables;
import dev.idem.testing.PostgresVersions;
import dev.idem.testing.TestPostgres;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Keys and rows of tables of every kind. */
class CaptureTablesIT {

    private final TestServers servers = TestServers.of(PostgresVersions.first());
    private final TestPostgres source = servers.source();

    @Test
    void key_of_a_table_identified_by_an_index_is_that_of_the_index() throws Exception {
        try (CaptureFixture fixture = servers.capture(
                        "indexed",
                        "create table indexed.t (id int primary key, code text not null, v int)",
                        "create unique index code on indexed.t (code)",
                        "alter table indexed.t replica identity using index code");
                Capture capture = fixture.startStreaming()) {
            source.execute(
                    "insert into indexed.t values (1, 'a', 1)",
                    "update indexed.t set id = 2",
                    "update indexed.t set code = 'b'",
                    "delete from indexed.t");
            fixture.awaitCaughtUp(capture);

            assertThat(fixture.log().events())
                    .extracting(TestLog.Event::operation, TestLog.Event::key, TestLog.Event::movedFrom)
                    .containsExactly(
                            tuple("c", "{\"code\":\"a\"}", null),
                            tuple("u", "{\"code\":\"a\"}", null),
                            tuple("d", "{\"code\":\"a\"}", null),
                            tuple("c", "{\"code\":\"b\"}", "{\"code\":\"a\"}"),
                            tuple("d", "{\"code\":\"b\"}", null));
        }
    }

    @Test
    void rows_of_a_keyless_table_have_versions_of_their_own_in_the_snapshot_too() throws Exception {
        try (CaptureFixture fixture = servers.capture(
                        "keyless",
                        "create table keyless.t (v text)",
                        "insert into keyless.t select 'same' from generate_series(1, 50)");
                Capture capture = fixture.startStreaming()) {
            source.execute("insert into keyless.t select 'same' from generate_series(1, 50)");
            fixture.awaitCaughtUp(capture);

            List<TestLog.Event> events = fixture.log().events();
            assertThat(events).hasSize(100).extracting(TestLog.Event::key).containsOnlyNulls();
            assertThat(events.stream().map(TestLog.Event::version).distinct()).hasSize(100);
        }
    }

    @Test
    void table_made_unlogged_behind_the_look_at_it_is_looked_at_again() throws Exception {
        try (CaptureFixture fixture = servers.capture(
                        "turned", "create table turned.t (id int primary key)", "create table turned.u (id int)");
                Connection connection = source.connect()) {
            List<SourceTable> seen =
                    SourceTables.chosen(connection, fixture.settings().source());
            SourcePublication publication = new SourcePublication(connection, "turned_meanwhile");
            source.execute("alter table turned.t set unlogged");
            assertThatThrownBy(() -> publication.ensure(seen))
                    .isInstanceOfSatisfying(
                            PipelineException.class,
                            failure -> assertThat(failure.kind()).isEqualTo(ErrorKind.SOURCE_UNREACHABLE))
                    .hasMessageContaining("looked at again");
        }
    }

    @Test
    void partition_that_leaves_its_root_while_nobody_captures_is_named_at_the_next_start() throws Exception {
        try (CaptureFixture fixture = servers.capture(
                        "parted",
                        "create table parted.root (id int primary key) partition by range (id)",
                        "create table parted.one partition of parted.root for values from (0) to (10)",
                        "create table parted.two partition of parted.root for values from (10) to (20)",
                        "create table parted.whole (id int primary key) partition by range (id)",
                        "create table parted.part partition of parted.whole default");
                SourceDatabase database =
                        SourceDatabase.connect(fixture.settings().source())) {
            try (Capture capture = fixture.startStreaming()) {
                source.execute("create table parted.three partition of parted.root for values from (20) to (30)");
                awaitPartitions(fixture, 3, capture);
                source.execute("alter table parted.root detach partition parted.two");
                awaitPartitions(fixture, 2, capture);
            }
            Map<TableId, Long> roots = CatalogueWatch.relations(
                    database, List.of(new TableId("parted", "root"), new TableId("parted", "whole")));
            assertThat(lost(database, fixture, roots)).as("told already").isEmpty();

            source.execute("drop table parted.three");
            assertThat(lost(database, fixture, roots)).containsExactly(new TableId("parted", "root"));

            try (Capture capture = fixture.startStreaming()) {
                awaitPartitions(fixture, 1, capture);
            }
            assertThat(lost(database, fixture, roots)).as("told at the start").isEmpty();
        }
    }

    private static void awaitPartitions(CaptureFixture fixture, int count, Capture capture) {
        CaptureFixture.waiting().until(() -> {
            fixture.awaitCaughtUp(capture);
            return fixture.log().partitions().stream()
                    .anyMatch(list -> list.root().name().equals("root")
                            && list.relations().size() == count);
        });
    }

    private static Set<TableId> lost(SourceDatabase database, CaptureFixture fixture, Map<TableId, Long> roots) {
        return new MissedRows(database, fixture.settings().source(), lists -> {})
                .nameLost(fixture.log().partitions(), roots);
    }

    @Test
    void cuts_of_a_snapshot_are_of_so_many_tables_as_a_warehouse_can_lock() throws Exception {
        try (CaptureFixture fixture = servers.capture("hundred", """
                        do $$ begin for i in 0..100 loop
                            execute format('create table hundred.t%s (id int primary key)', i);
                            execute format('insert into hundred.t%s values (1)', i);
                        end loop; end $$
                        """);
                Capture capture = fixture.startStreaming()) {
            fixture.awaitCaughtUp(capture);
            List<Cut> cuts = fixture.log().cuts().stream()
                    .filter(cut -> cut.kind().isWithinSnapshot() || cut.kind() == Cut.Kind.SNAPSHOT_COMPLETED)
                    .toList();

            assertThat(cuts)
                    .allSatisfy(cut -> assertThat(cut.ranges()).hasSizeLessThanOrEqualTo(100))
                    .allSatisfy(cut -> assertThat(cut.tables()).hasSizeLessThanOrEqualTo(100));
            assertThat(cuts.stream().flatMap(cut -> cut.tables().stream()).map(Cut.TableState::table))
                    .hasSize(101)
                    .doesNotHaveDuplicates();
            assertThat(cuts.get(cuts.size() - 1).kind()).isEqualTo(Cut.Kind.SNAPSHOT_COMPLETED);
        }
    }

    @Test
    void base_type_of_the_sources_own_is_named_wherever_it_is_part_of_a_type() throws Exception {
        try (CaptureFixture fixture = servers.capture(
                        "based",
                        "create type based.own",
                        "create function based.own_in(cstring) returns based.own as 'int4in'"
                                + " language internal immutable strict",
                        "create function based.own_out(based.own) returns cstring as 'int4out'"
                                + " language internal immutable strict",
                        "create type based.own (input = based.own_in, output = based.own_out, like = int4)",
                        "create domain based.checked as based.own",
                        "create type based.pair as (one int, other based.checked[])",
                        "create table based.direct (id int primary key, v based.own)",
                        "create table based.listed (id int primary key, v based.own[])",
                        "create table based.nested (id int primary key, v based.pair[])",
                        "create table based.plain (id int primary key, v int4range[])");
                Connection connection = source.connect()) {
            List<SourceTable> tables =
                    SourceTables.chosen(connection, fixture.settings().source());

            assertThat(tables)
                    .filteredOn(table -> table.warning()
                            .filter(why -> why.contains("its column v is, or has in it, based.own, a base type"))
                            .isPresent())
                    .extracting(table -> table.table().name())
                    .containsExactly("direct", "listed", "nested");
        }
    }

    @Test
    @DisplayName("trap 36: a table that cannot be replicated stops nothing else")
    void table_that_cannot_be_replicated_is_left_out() throws Exception {
        try (CaptureFixture fixture = servers.capture(
                        "mixed",
                        "create unlogged table mixed.gone (id int primary key)",
                        "create table mixed.kept (id int primary key)",
                        "create view mixed.seen as select * from mixed.kept");
                Capture capture = fixture.startStreaming()) {
            source.execute("insert into mixed.gone values (1)", "insert into mixed.kept values (2)");
            fixture.awaitCaughtUp(capture);

            assertThat(fixture.log().events()).extracting(TestLog.Event::topic).containsExactly("mixed.mixed.kept");
        }
    }

    @Test
    @DisplayName("trap 46: of two tables whose names differ in case only the chosen one is captured")
    void names_are_matched_with_their_case() throws Exception {
        try (CaptureFixture fixture = servers.capture(
                                "named",
                                "create table named.\"T, x\" (\"Id. \"\"1\"\"\" int primary key)",
                                "create table named.\"t, x\" (id int primary key)",
                                "insert into named.\"T, x\" values (1)",
                                "insert into named.\"t, x\" values (2)")
                        .excluding("named.t, x");
                Capture capture = fixture.startStreaming()) {
            source.execute("insert into named.\"T, x\" values (3)", "insert into named.\"t, x\" values (4)");
            fixture.awaitCaughtUp(capture);

            assertThat(fixture.log().events())
                    .extracting(TestLog.Event::key)
                    .containsExactly("{\"Id. \\\"1\\\"\":1}", "{\"Id. \\\"1\\\"\":3}");
        }
    }

    @Test
    @DisplayName("trap 39: a row that moves between partitions stays in one table")
    void row_that_moves_between_partitions_stays_in_one_table() throws Exception {
        try (CaptureFixture fixture = servers.capture(
                        "parts",
                        "create table parts.t (id int, region text, primary key (id, region)) partition by list (region)",
                        "create table parts.north partition of parts.t for values in ('n')",
                        "create table parts.south partition of parts.t for values in ('s')",
                        "insert into parts.t values (1, 'n')");
                Capture capture = fixture.startStreaming()) {
            source.execute("update parts.t set region = 's'");
            fixture.awaitCaughtUp(capture);

            assertThat(fixture.log().events())
                    .extracting(TestLog.Event::topic, TestLog.Event::operation, TestLog.Event::key)
                    .containsExactly(
                            tuple("parts.parts.t", "r", "{\"id\":1,\"region\":\"n\"}"),
                            tuple("parts.parts.t", "d", "{\"id\":1,\"region\":\"n\"}"),
                            tuple("parts.parts.t", "c", "{\"id\":1,\"region\":\"s\"}"));
        }
    }

    @Test
    void column_added_while_streaming_is_a_new_definition_before_its_first_event() throws Exception {
        try (CaptureFixture fixture = servers.capture("grows", "create table grows.t (id int primary key)");
                Capture capture = fixture.startStreaming()) {
            source.execute(
                    "insert into grows.t values (1)",
                    "alter table grows.t add column v text",
                    "insert into grows.t values (2, 'two')");
            fixture.awaitCaughtUp(capture);

            assertThat(fixture.log().events())
                    .extracting(TestLog.Event::definition)
                    .containsExactly("1", "2");
            assertThat(fixture.log().definitions())
                    .extracting(Object::toString)
                    .containsExactly("grows.t#1", "grows.t#2");
        }
        try (CaptureFixture again = new CaptureFixture(source, servers.kafka(), "grows");
                Capture capture = again.startStreaming()) {
            source.execute("insert into grows.t values (3, 'three')");
            again.awaitCaughtUp(capture);

            assertThat(again.log().events())
                    .extracting(TestLog.Event::definition)
                    .containsExactly("1", "2", "2");
        }
    }

    @Test
    @DisplayName("trap 5: a source restored from a backup is refused, and where allowed begins a new epoch")
    void restored_source_is_refused_or_begins_a_new_epoch() throws Exception {
        source.execute("create table if not exists public.t (id int)");
        try (CaptureFixture fixture = servers.capture("restored", "create table restored.t (id int primary key)")) {
            fixture.startStreaming().close();
            TestPostgres server = source;
            server.stop();
            java.nio.file.Path backup = java.nio.file.Files.createTempDirectory("idem-backup");
            FileCopy.copy(server.dataDirectory(), backup.resolve("data"));
            server.restart();
            try (Capture capture = fixture.startStreaming()) {
                server.execute("insert into restored.t select generate_series(1, 1000)");
                fixture.awaitCaughtUp(capture);
            }
            server.stop();
            dev.idem.testing.TestDirectory.delete(server.dataDirectory());
            FileCopy.copy(backup.resolve("data"), server.dataDirectory());
            dev.idem.testing.TestDirectory.delete(backup);
            server.restart();

            try (Capture capture = fixture.start()) {
                CaptureFixture.awaitRefusal(capture);
                assertThat(capture.status().detail()).contains("the source is behind the log");
            }
            server.execute("insert into restored.t values (5)");
            try (Capture capture = fixture.resyncing().startStreaming()) {
                fixture.awaitCaughtUp(capture);
            }
            List<TestLog.Event> events = fixture.log().events();
            assertThat(events.get(events.size() - 1).parsedVersion().epoch()).isEqualTo(2);
            assertThat(fixture.log().cuts().stream().map(Cut::epoch).distinct()).containsExactly(1, 2);
        }
    }
}
