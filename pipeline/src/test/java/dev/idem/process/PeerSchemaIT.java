package dev.idem.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What the suites of others check of changes of schema; docs/peer-cases.md names each line. */
class PeerSchemaIT extends PipelinePerTest {

    /** Peer case 57. */
    @Test
    void column_added_without_default_and_nullable_is_empty_in_the_rows_before() throws Exception {
        pipeline.source(
                "create table notes (id bigint primary key, body text, extra text)",
                "insert into notes values (1, 'one', 'x'), (2, 'two', 'y')");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "alter table notes add column n int",
                "insert into notes values (3, 'three', null, 3)",
                "update notes set n = 1 where id = 1");

        pipeline.assertEqualAndReplayable("notes");
    }

    /** Peer case 57 and 58. */
    @Test
    void column_added_with_a_default_holds_it_in_the_rows_before_too() throws Exception {
        pipeline.source(
                "create table notes (id bigint primary key, body text, extra text)",
                "insert into notes values (1, 'one', 'x'), (2, 'two', 'y')",
                "create table whole (id int primary key, v text)",
                "alter table whole replica identity full",
                "insert into whole values (1, 'a'), (2, 'b')");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "alter table notes add column n int default 7, add column w text not null default 'd'",
                "insert into notes (id, n) values (3, 3)",
                "alter table whole add column n int not null default 5",
                "update whole set v = 'c' where id = 1",
                "delete from whole where id = 2");

        pipeline.assertEqualAndReplayable("notes", "whole");
    }

    /** Peer case 57. */
    @Test
    void column_added_with_a_volatile_default_holds_the_values_of_the_source() throws Exception {
        pipeline.source(
                "create table notes (id bigint primary key, body text, extra text)",
                "insert into notes values (1, 'one', 'x'), (2, 'two', 'y')");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "alter table notes add column u uuid default gen_random_uuid()", "insert into notes (id) values (3)");
        pipeline.catchUp();

        equalInTime("notes");
    }

    /** Peer case 59. */
    @Test
    void columns_dropped_one_after_the_other_leave_the_others_right() throws Exception {
        pipeline.source(
                "create table notes (id bigint primary key, body text, extra text)",
                "insert into notes values (1, 'one', 'x'), (2, 'two', 'y')");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "alter table notes drop column extra",
                "insert into notes values (3, 'three')",
                "alter table notes drop column body",
                "insert into notes values (4)",
                "update notes set id = 5 where id = 1");

        pipeline.assertEqualAndReplayable("notes");
    }

    /** Peer case 59. */
    @Test
    void column_dropped_and_added_again_under_its_name_inherits_no_values() throws Exception {
        pipeline.source(
                "create table notes (id bigint primary key, body text, extra text)",
                "insert into notes values (1, 'one', 'x'), (2, 'two', 'y')");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "alter table notes drop column extra",
                "alter table notes add column extra text",
                "insert into notes values (3, 'three', 'z')",
                "update notes set body = 'uno' where id = 1");

        pipeline.assertEqualAndReplayable("notes");
    }

    /** Peer case 60. */
    @Test
    void renamed_column_keeps_its_values() throws Exception {
        pipeline.source(
                "create table notes (id bigint primary key, body text, extra text)",
                "insert into notes values (1, 'one', 'x'), (2, 'two', 'y')");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "alter table notes rename column extra to more",
                "insert into notes values (3, 'three', 'z')",
                "update notes set body = 'uno' where id = 1");

        pipeline.assertEqualAndReplayable("notes");
    }

    /** Peer case 60. */
    @Test
    void renamed_table_goes_on_under_its_new_name() throws Exception {
        pipeline.source(
                "create table notes (id bigint primary key, body text, extra text)",
                "insert into notes values (1, 'one', 'x'), (2, 'two', 'y')");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "alter table notes rename to remarks",
                "insert into remarks values (3, 'three', 'z')",
                "delete from remarks where id = 1");
        pipeline.catchUp();

        equalInTime("remarks");
    }

    /** The table is read anew beside the stream, which takes its time. */
    private void equalInTime(String table) {
        org.awaitility.Awaitility.await()
                .atMost(java.time.Duration.ofSeconds(90))
                .ignoreExceptionsInstanceOf(IllegalStateException.class)
                .untilAsserted(() -> pipeline.assertEqual(table));
    }

    /** Peer case 61. */
    @Test
    void widened_types_and_a_changed_type_are_followed() throws Exception {
        pipeline.source(
                "create table sizes (id int primary key, n smallint, v varchar(3))",
                "insert into sizes values (1, 1, 'abc')");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "alter table sizes alter column n type bigint, alter column v type text",
                "insert into sizes values (2, 5000000000, 'longer')",
                "alter table sizes alter column id type bigint",
                "insert into sizes values (3000000000, 1, null)",
                "update sizes set v = 'x' where id = 1");

        pipeline.assertEqualAndReplayable("sizes");
    }

    /** Peer case 61. */
    @Test
    void type_changed_by_an_expression_is_followed_in_the_rows_before_too() throws Exception {
        pipeline.source(
                "create table sizes (id int primary key, v text)", "insert into sizes values (1, '10'), (2, '20')");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "alter table sizes alter column v type int using v::int * 2", "insert into sizes values (3, 30)");
        pipeline.catchUp();

        equalInTime("sizes");
    }

    /** Peer case 61. */
    @Test
    void primary_key_of_other_columns_is_followed() throws Exception {
        pipeline.source(
                "create table notes (id bigint primary key, body text, extra text)",
                "insert into notes values (1, 'one', 'x'), (2, 'two', 'y')");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "alter table notes drop constraint notes_pkey, add primary key (id, body)",
                "insert into notes values (1, 'other', null)",
                "delete from notes where id = 2");
        pipeline.catchUp();

        pipeline.assertEqual("notes");
    }

    /** Peer case 43b, 57 and 61: no write tells of the change. */
    @Test
    void changes_of_tables_that_nobody_writes_to_are_followed() throws Exception {
        pipeline.source(
                "create table plain (id int primary key, v text, w text)",
                "insert into plain values (1, 'a', 'b')",
                "create table filled (id int primary key, v text)",
                "insert into filled values (1, '10'), (2, '20')",
                "create table unkeyed (v text)",
                "insert into unkeyed values ('a'), ('a')");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "alter table plain rename column v to renamed",
                "alter table plain add column n int default 5",
                "alter table filled add column u uuid default gen_random_uuid()",
                "alter table filled alter column v type int using v::int * 2",
                "alter table unkeyed add column k int not null generated always as identity");

        equalInTime("plain");
        equalInTime("filled");
        equalInTime("unkeyed");

        pipeline.stop();
        pipeline.source(
                "alter table plain drop column w", "alter table filled alter column v type text using v || 'x'");
        pipeline.start();

        equalInTime("plain");
        equalInTime("filled");
    }

    /** Peer case 62. */
    @Test
    void ddl_between_writes_of_one_transaction_rolled_back_or_not_is_followed() throws Exception {
        pipeline.source(
                "create table notes (id bigint primary key, body text, extra text)",
                "insert into notes values (1, 'one', 'x'), (2, 'two', 'y')");
        pipeline.start();
        pipeline.catchUp();
        pipeline.transaction(
                "insert into notes values (3, 'before', null)",
                "alter table notes add column n int",
                "insert into notes values (4, 'after', null, 4)",
                "savepoint s",
                "alter table notes drop column n",
                "alter table notes add column m text",
                "insert into notes values (5, 'undone', null, 'm')",
                "rollback to savepoint s",
                "insert into notes values (6, 'last', null, 6)");
        try (var connection = pipeline.sourceConnection();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("alter table notes add column never int");
            statement.execute("insert into notes (id, never) values (7, 7)");
            connection.rollback();
        }
        pipeline.source("insert into notes values (8, 'eight', 'x', 8)");

        pipeline.assertEqualAndReplayable("notes");
        assertThat(
                        pipeline.warehouseValue(
                                "select count(*) from pg_attribute where attrelid = 'notes'::regclass and attname in ('never', 'm')"))
                .isEqualTo("0");
    }

    /** Peer case 63. */
    @Test
    void columns_added_while_the_pipeline_is_down_arrive() throws Exception {
        pipeline.source(
                "create table notes (id bigint primary key, body text, extra text)",
                "insert into notes values (1, 'one', 'x'), (2, 'two', 'y')");
        pipeline.start();
        pipeline.catchUp();
        pipeline.stop();
        pipeline.source(
                "insert into notes values (3, 'old shape', null)",
                "alter table notes add column n int",
                "insert into notes values (4, 'new shape', null, 4)");
        pipeline.start();
        pipeline.catchUp();

        pipeline.assertEqualAndReplayable("notes");
    }

    /** Peer case 63. */
    @Test
    void restart_between_a_change_of_schema_and_the_first_write_after_it_loses_nothing() throws Exception {
        pipeline.source(
                "create table notes (id bigint primary key, body text, extra text)",
                "insert into notes values (1, 'one', 'x'), (2, 'two', 'y')");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source("alter table notes add column n int", "alter table notes rename column extra to more");
        pipeline.catchUp();
        pipeline.stop();
        pipeline.start();
        pipeline.catchUp();
        pipeline.source("insert into notes values (3, 'three', 'z', 3)", "update notes set more = 'w' where id = 1");

        pipeline.assertEqualAndReplayable("notes");
    }

    /** Peer case 64. */
    @Test
    void older_definition_met_in_a_replay_does_not_turn_the_schema_back() throws Exception {
        pipeline.source(
                "create table notes (id bigint primary key, body text, extra text)",
                "insert into notes values (1, 'one', 'x'), (2, 'two', 'y')");
        pipeline.with("apply.max-cuts", "1").start();
        pipeline.catchUp();
        pipeline.source(
                "insert into notes values (3, 'a', 'b')",
                "alter table notes rename column extra to more",
                "insert into notes values (4, 'a', 'b')");

        pipeline.assertEqualAndReplayable("notes");
        pipeline.stop();
        pipeline.start();
        pipeline.catchUp();

        pipeline.assertEqualAndReplayable("notes");
    }

    /** Peer case 65. */
    @Test
    void warehouse_table_with_more_columns_other_order_and_defaults_is_used() throws Exception {
        pipeline.warehouse(
                "create table notes (mine text default 'kept', extra text, id bigint not null, more int default 5, body text default 'no')");
        pipeline.source(
                "create table notes (id bigint primary key, body text, extra text)",
                "insert into notes values (1, 'one', 'x'), (2, 'two', 'y')");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "insert into notes values (3, null, 'z')",
                "update notes set body = null where id = 1",
                "delete from notes where id = 2");

        pipeline.assertEqualAndReplayable("notes");
        assertThat(pipeline.warehouseValue("select count(*) from notes where mine = 'kept' and more = 5"))
                .isEqualTo("2");
    }

    /** Peer case 66. */
    @Test
    void column_that_the_warehouse_table_lacks_is_named() throws Exception {
        pipeline.warehouse("create table notes (id bigint not null, body text)");
        pipeline.source(
                "create table notes (id bigint primary key, body text, extra text)",
                "insert into notes values (1, 'one', 'x'), (2, 'two', 'y')");
        pipeline.start();
        org.awaitility.Awaitility.await()
                .atMost(java.time.Duration.ofSeconds(60))
                .ignoreExceptions()
                .until(() -> pipeline.warehouseValue("select reason from idem.parked")
                        .contains("extra"));
        pipeline.warehouse("alter table notes add column extra text");

        equalInTime("notes");
    }

    /** Peer case 67. */
    @Test
    void two_shapes_of_a_table_in_one_batch_are_applied_each_in_its_own() throws Exception {
        pipeline.source(
                "create table notes (id bigint primary key, body text, extra text)",
                "insert into notes values (1, 'one', 'x'), (2, 'two', 'y')");
        pipeline.start();
        pipeline.catchUp();
        pipeline.stop();
        pipeline.source(
                "insert into notes values (3, 'three', 'a')",
                "delete from notes where id = 1",
                "alter table notes add column n int",
                "insert into notes values (1, 'again', null, 1)",
                "update notes set n = 3 where id = 3");
        pipeline.start();
        pipeline.catchUp();

        pipeline.assertEqualAndReplayable("notes");
    }

    /** Peer case 68. */
    @Test
    void columns_that_differ_by_case_only_stay_apart() throws Exception {
        pipeline.source(
                "create table cases (id int primary key, name text, \"Name\" text, \"NAME\" text)",
                "insert into cases values (1, 'a', 'b', 'c')");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source("update cases set \"Name\" = 'z'", "insert into cases values (2, 'd', null, 'f')");

        pipeline.assertEqualAndReplayable("cases");
    }

    /** Peer case 69. */
    @Test
    void new_table_is_copied_with_its_rows_from_before_after_a_restart() throws Exception {
        pipeline.source(
                "create table notes (id bigint primary key, body text, extra text)",
                "insert into notes values (1, 'one', 'x'), (2, 'two', 'y')");
        pipeline.start();
        pipeline.catchUp();
        pipeline.stop();
        pipeline.source("create table later (id int primary key, v text)", "insert into later values (1, 'before')");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source("insert into later values (2, 'after')");
        pipeline.catchUp();

        equalInTime("later");
        equalInTime("notes");
    }

    /** Peer case 69. */
    @Test
    void new_table_under_a_publication_for_all_tables_arrives_while_running() throws Exception {
        pipeline.source("create publication everything for all tables with (publish_via_partition_root = true)");
        pipeline.with("source.publication", "everything");
        pipeline.source(
                "create table notes (id bigint primary key, body text, extra text)",
                "insert into notes values (1, 'one', 'x'), (2, 'two', 'y')");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source("create table later (id int primary key, v text)", "insert into later values (1, 'first')");
        pipeline.catchUp();

        equalInTime("notes");
        equalInTime("later");
    }

    /** Peer case 70. */
    @Test
    void table_dropped_and_made_again_under_its_name_holds_the_new_rows_only() throws Exception {
        pipeline.source(
                "create table notes (id bigint primary key, body text, extra text)",
                "insert into notes values (1, 'one', 'x'), (2, 'two', 'y')");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "drop table notes",
                "create table notes (id bigint primary key, body text, extra text)",
                "insert into notes values (2, 'new', null)");
        pipeline.catchUp();

        equalInTime("notes");
    }
}
