package dev.idem.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.idem.process.PipelineFixture.Servers;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Types that the source's users have made: the warehouse has none of them beforehand. */
class UserTypesIT {

    private static Servers servers;

    @BeforeAll
    static void startServers() {
        servers = Servers.start();
    }

    @AfterAll
    static void stopServers() {
        servers.close();
    }

    @Test
    void types_of_every_kind_are_made_before_the_table() throws SQLException {
        try (PipelineFixture pipeline = new PipelineFixture(servers)) {
            pipeline.source(
                    "create schema \"My Types\"",
                    "create type \"My Types\".\"Mood\" as enum ('sad', 'so so', 'it''s \\ \"fine\"')",
                    "create domain good_count as numeric(6, 2) check (value > 0)",
                    "create domain best_count as good_count not null",
                    "create type place as (\"the name\" varchar(20), mood \"My Types\".\"Mood\", at point)",
                    "create type visit as (place place, times date[])",
                    "create type moods as range (subtype = \"My Types\".\"Mood\", multirange_type_name = multimoods)",
                    """
                    create table people (id int primary key, mood "My Types"."Mood", good good_count, best best_count,
                      all_moods "My Types"."Mood"[], home place, visits visit[], span moods, spans multimoods)""",
                    insert(1));
            pipeline.start();
            pipeline.catchUp();
            pipeline.source(insert(2), "update people set mood = 'sad', home = null where id = 1");
            pipeline.catchUp();

            pipeline.assertEqual("people");
            assertThat(typeOf(pipeline, "people", "mood")).isEqualTo("\"My Types\".\"Mood\"");
            assertThat(typeOf(pipeline, "people", "visits")).isEqualTo("visit[]");
            assertNoDeadLetters(pipeline);
        }
    }

    private static String insert(int id) {
        return """
                insert into people values (%d, 'it''s \\ "fine"', 1.50, 2, array['sad', 'it''s \\ "fine"', null]::"My Types"."Mood"[],
                  row('at, home', 'so so', point(1, 2)), array[row(row(null, 'sad', null), '{2024-01-01}')]::visit[],
                  '[sad,so so)', '{[sad,so so)}')""".formatted(id);
    }

    @Test
    void labels_and_attributes_that_are_added_while_changes_flow_are_added_in_time() throws SQLException {
        try (PipelineFixture pipeline = new PipelineFixture(servers)) {
            pipeline.source(
                    "create type size as enum ('small', 'large')",
                    "create type crate as (width int)",
                    "create table boxes (id int primary key, size size, other size, sizes size[], crate crate)",
                    "insert into boxes values (1, 'small', 'small', '{small}', row(1))");
            pipeline.start();
            pipeline.catchUp();
            pipeline.source("alter type size add value 'tiny' before 'small'");
            pipeline.source("insert into boxes values (2, 'tiny', 'large', '{small}', row(2))");
            pipeline.source("alter type size add value 'medium' after 'small'");
            pipeline.source("insert into boxes values (3, 'large', 'medium', '{small}', row(3))");
            pipeline.source("alter type size add value 'huge, really'");
            pipeline.source("insert into boxes values (4, 'large', 'large', '{tiny,\"huge, really\",NULL}', row(4))");
            pipeline.catchUp();
            pipeline.source(
                    "alter type crate add attribute height int",
                    "alter table boxes add column note text",
                    "insert into boxes values (5, 'large', 'large', null, row(5, 6), 'two attributes')");
            pipeline.catchUp();

            assertNoDeadLetters(pipeline);
            pipeline.assertEqual("boxes");
            assertThat(pipeline.warehouseValue("select enum_range(null::size)"))
                    .isEqualTo("{tiny,small,medium,large,\"huge, really\"}");
            assertNoDeadLetters(pipeline);
        }
    }

    @Test
    void label_that_is_added_and_used_while_nobody_listens_arrives() throws SQLException {
        try (PipelineFixture pipeline = new PipelineFixture(servers)) {
            pipeline.source(
                    "create type state as enum ('new')",
                    "create table jobs (id int primary key, state state)",
                    "insert into jobs values (1, 'new')");
            pipeline.start();
            pipeline.catchUp();
            pipeline.stop();
            pipeline.source("alter type state add value 'done'");
            pipeline.source("insert into jobs values (2, 'done')");
            pipeline.start();
            pipeline.catchUp();

            pipeline.assertEqual("jobs");
            assertNoDeadLetters(pipeline);
        }
    }

    @Test
    void type_of_an_extension_that_the_warehouse_lacks_is_named_and_waited_for() throws SQLException {
        try (PipelineFixture pipeline = new PipelineFixture(servers)) {
            pipeline.source(
                    "create schema tools",
                    "create extension citext schema tools",
                    "create table words (id int primary key, word tools.citext)",
                    "insert into words values (1, 'One')");
            pipeline.start();
            await().atMost(Duration.ofSeconds(60)).ignoreExceptions().until(() -> isParked(pipeline));

            assertThat(pipeline.warehouseValue("select reason from idem.parked"))
                    .contains("table public.words needs type tools.citext of the extension citext")
                    .contains("create extension \"citext\" schema \"tools\"");

            pipeline.warehouse(
                    "create schema tools",
                    "create extension citext schema tools",
                    "update idem.parked set retry_at = now()");
            await().atMost(Duration.ofSeconds(60)).until(() -> !isParked(pipeline));
            pipeline.assertEqual("words");
        }
    }

    @Test
    void domain_over_an_enumeration_and_an_enumeration_without_labels_arrive() throws SQLException {
        try (PipelineFixture pipeline = new PipelineFixture(servers)) {
            pipeline.source(
                    "create type color as enum ('red')",
                    "create domain nice_color as color",
                    "create type nothing as enum ()",
                    "create table dots (id int primary key, color nice_color, nothing nothing)",
                    "insert into dots values (1, 'red', null)");
            pipeline.start();
            pipeline.catchUp();
            pipeline.source("insert into dots values (2, 'red', null)");
            pipeline.catchUp();

            pipeline.assertEqual("dots");
            assertNoDeadLetters(pipeline);
        }
    }

    @Test
    void range_whose_order_is_not_the_default_one_keeps_its_order() throws SQLException {
        try (PipelineFixture pipeline = new PipelineFixture(servers)) {
            pipeline.source(
                    "create collation upper_first (provider = icu, locale = 'en-u-kf-upper')",
                    "create collation lower_first (provider = icu, locale = 'en-u-kf-lower')",
                    "create type uppers as range (subtype = text, collation = upper_first)",
                    "create type lowers as range (subtype = text, collation = lower_first)",
                    "create type patterns as range (subtype = text, collation = \"C\", subtype_opclass = text_pattern_ops)",
                    "create table spans (id int primary key, u uppers, l lowers, p patterns)",
                    "insert into spans values (1, '[A,a]', '[a,A]', '[B,a]')");
            pipeline.start();
            pipeline.catchUp();
            pipeline.source("insert into spans values (2, '[B,b]', '[b,B]', '[C,b]')");
            pipeline.catchUp();

            assertNoDeadLetters(pipeline);
            pipeline.assertEqual("spans");
        }
    }

    @Test
    void renamed_labels_are_followed_in_every_row_and_in_every_event() throws SQLException {
        try (PipelineFixture pipeline = new PipelineFixture(servers)) {
            pipeline.source(
                    "create type mood as enum ('sad', 'ok', 'glad')",
                    "create type note as (mood mood, text text)",
                    "create type moods as range (subtype = mood)",
                    "create table people (id int primary key, mood mood, past mood[], note note, span moods)",
                    "create table by_mood (mood mood primary key, n int)",
                    "create table idle (id int primary key, note note)",
                    "create table logged (mood mood)",
                    "alter table logged replica identity full",
                    "insert into people values (1, 'sad', '{sad,glad}', row('sad', 'x'), '[sad,ok]'), (2, 'ok', '{}', null, null)",
                    "insert into by_mood values ('sad', 1), ('ok', 2)",
                    "insert into idle values (1, row('sad', 'y'))",
                    "insert into logged values ('sad'), ('sad'), ('glad')");
            pipeline.start();
            pipeline.catchUp();
            pipeline.source(
                    "update people set mood = 'glad' where id = 2",
                    "alter type mood rename value 'sad' to 'down, out'");
            pipeline.source(
                    "insert into people values (3, 'down, out', '{\"down, out\"}', row('down, out', 'z'), '[\"down, out\",glad]')",
                    "update by_mood set n = n + 1",
                    "delete from logged where ctid in (select min(ctid) from logged)",
                    "update by_mood set mood = 'glad' where mood = 'ok'");
            pipeline.catchUp();
            awaitLabels(pipeline, "{\"down, out\",ok,glad}");
            assertNoDeadLetters(pipeline);

            pipeline.assertEqualAndReplayable("people", "by_mood", "idle", "logged");

            pipeline.stop();
            pipeline.source(
                    "alter type mood rename value 'ok' to 'sad'",
                    "insert into by_mood values ('sad', 7)",
                    "delete from by_mood where mood = 'down, out'");
            pipeline.start();
            awaitLabels(pipeline, "{\"down, out\",sad,glad}");
            pipeline.assertEqualAndReplayable("people", "by_mood", "idle", "logged");
        }
    }

    @Test
    void attributes_that_are_added_renamed_and_dropped_are_followed() throws SQLException {
        try (PipelineFixture pipeline = new PipelineFixture(servers)) {
            pipeline.source(
                    "create type size as (width int, unit text)",
                    "create type crate as (size size, label text, sizes size[])",
                    "create domain parcel as crate",
                    "create table boxes (id int primary key, size size, crate crate, parcels parcel[])",
                    "create table idle (id int primary key, size size)",
                    "insert into boxes values (1, row(1, 'cm'), row(row(2, 'a, b'), 'l', array[row(3, null)::size]), array[row(null, 'p', '{}')::parcel])",
                    "insert into idle values (1, row(4, 'in'))");
            pipeline.start();
            pipeline.catchUp();
            pipeline.source("insert into boxes select 2, size, crate, parcels from boxes");
            pipeline.source("alter type size add attribute height int", "alter type size rename attribute width to w");
            pipeline.source(
                    "insert into boxes select 3, row(5, 'mm', 6)::size, crate, parcels from boxes where id = 1");
            pipeline.catchUp();
            awaitAttributes(pipeline, "size", "w,unit,height");
            pipeline.assertEqualAndReplayable("boxes", "idle");

            pipeline.source(
                    "alter type size drop attribute unit",
                    "insert into boxes select 4, row(7, 8)::size, crate, parcels from boxes where id = 1");
            pipeline.catchUp();
            awaitAttributes(pipeline, "size", "w,height");
            settle(pipeline, "boxes", "idle");

            pipeline.source(
                    "alter type size add attribute unit text", "alter type crate rename attribute label to name");
            pipeline.source(
                    "insert into boxes select 5, row(9, 10, 'new')::size, crate, null from boxes where id = 1",
                    "delete from boxes where id = 2");
            pipeline.catchUp();
            awaitAttributes(pipeline, "size", "w,height,unit");
            awaitAttributes(pipeline, "crate", "size,name,sizes");
            settle(pipeline, "boxes", "idle");
        }
    }

    @Test
    void constraint_of_a_domain_that_changes_and_a_renamed_type_hold_nothing_up() throws SQLException {
        try (PipelineFixture pipeline = new PipelineFixture(servers)) {
            pipeline.source(
                    "create domain amount as int constraint small check (value < 10)",
                    "create type color as enum ('red')",
                    "create table items (id int primary key, amount amount, color color)",
                    "insert into items values (1, 5, 'red')");
            pipeline.start();
            pipeline.catchUp();
            pipeline.source(
                    "alter domain amount drop constraint small",
                    "alter domain amount add constraint smaller check (value < 1000)",
                    "insert into items values (2, 500, 'red')",
                    "alter type color rename to paint",
                    "alter domain amount rename to quantity");
            pipeline.source("alter type paint add value 'blue'");
            pipeline.source("insert into items values (3, 501, 'blue')");
            pipeline.catchUp();
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(
                            () -> assertThat(typeOf(pipeline, "items", "color")).isEqualTo("paint"));

            assertNoDeadLetters(pipeline);
            settle(pipeline, "items");
        }
    }

    /** Tables may be read anew meanwhile. */
    private static void settle(PipelineFixture pipeline, String... tables) {
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> pipeline.assertEqualAndReplayable(tables));
    }

    private static void awaitLabels(PipelineFixture pipeline, String labels) {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(pipeline.warehouseValue("select enum_range(null::mood)"))
                        .isEqualTo(labels));
    }

    private static void awaitAttributes(PipelineFixture pipeline, String type, String attributes) {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(pipeline.warehouseValue(
                                "select string_agg(attname, ',' order by attnum) from pg_attribute where attrelid = '"
                                        + type + "'::regclass and not attisdropped"))
                        .isEqualTo(attributes));
    }

    private static boolean isParked(PipelineFixture pipeline) {
        return pipeline.warehouseValue("select count(*) from idem.table_state where state = 'parked'")
                .equals("1");
    }

    private static String typeOf(PipelineFixture pipeline, String table, String column) {
        return pipeline.warehouseValue("select format_type(atttypid, atttypmod) from pg_attribute"
                + " where attrelid = '" + table + "'::regclass and attname = '" + column + "'");
    }

    private static void assertNoDeadLetters(PipelineFixture pipeline) {
        assertThat(pipeline.warehouseValue("select string_agg(reason, '; ') from idem.dead_letter"))
                .isEqualTo("null");
    }
}
