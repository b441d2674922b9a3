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
            assertThat(typeOf(pipeline, "mood")).isEqualTo("\"My Types\".\"Mood\"");
            assertThat(typeOf(pipeline, "visits")).isEqualTo("visit[]");
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

    private static boolean isParked(PipelineFixture pipeline) {
        return pipeline.warehouseValue("select count(*) from idem.table_state where state = 'parked'")
                .equals("1");
    }

    private static String typeOf(PipelineFixture pipeline, String column) {
        return pipeline.warehouseValue("select format_type(atttypid, atttypmod) from pg_attribute"
                + " where attrelid = 'people'::regclass and attname = '" + column + "'");
    }

    private static void assertNoDeadLetters(PipelineFixture pipeline) {
        assertThat(pipeline.warehouseValue("select string_agg(reason, '; ') from idem.dead_letter"))
                .isEqualTo("null");
    }
}
