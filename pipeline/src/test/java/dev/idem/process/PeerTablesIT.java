package dev.idem.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;

/** What the suites of others check of tables of other kinds; docs/peer-cases.md names each line. */
class PeerTablesIT extends PipelinePerTest {

    /** Peer case 75. */
    @Test
    void partitioned_tables_of_every_kind_arrive() throws Exception {
        pipeline.source(
                "create table ranged (id int, at date, v text, primary key (id, at)) partition by range (at)",
                "create table ranged_old partition of ranged for values from (minvalue) to ('2024-01-01')",
                "create table ranged_new (v text, gone int, at date not null, id int not null)",
                "alter table ranged_new drop column gone",
                "alter table ranged attach partition ranged_new for values from ('2024-01-01') to (maxvalue)",
                "create table listed (id int, kind text, n int, primary key (id, kind)) partition by list (kind)",
                "create table listed_a partition of listed for values in ('a') partition by hash (id)",
                "create table listed_a0 partition of listed_a for values with (modulus 2, remainder 0)",
                "create table listed_a1 partition of listed_a for values with (modulus 2, remainder 1)",
                "create table listed_rest partition of listed default",
                "insert into ranged values (1, '2023-05-05', 'old'), (2, '2025-05-05', 'new')",
                "insert into listed select g, case when g % 3 = 0 then 'a' else 'b' end, g from generate_series(1, 20) g");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "insert into ranged values (3, '2023-06-06', 'old'), (4, '2025-06-06', 'new')",
                "update ranged set v = v || '!'",
                "delete from ranged where id = 1",
                "insert into listed select g, case when g % 3 = 0 then 'a' else 'b' end, g from generate_series(21, 40) g",
                "update listed set n = -n",
                "delete from listed where id % 5 = 0");

        pipeline.assertEqualAndReplayable("ranged", "listed");
    }

    /** Peer case 76. */
    @Test
    void rows_that_move_and_partitions_that_come_are_followed() throws Exception {
        pipeline.source(
                "create table ranged (id int, at int, v text, primary key (id, at)) partition by range (at)",
                "create table ranged_1 partition of ranged for values from (0) to (10)",
                "create table ranged_2 partition of ranged for values from (10) to (20)",
                "insert into ranged values (1, 1, 'one'), (2, 11, 'two')");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "update ranged set at = 12 where id = 1",
                "create table ranged_3 partition of ranged for values from (20) to (30)",
                "insert into ranged values (3, 21, 'three')",
                "update ranged set at = 22 where id = 2");

        pipeline.assertEqualAndReplayable("ranged");
    }

    /** Peer case 76. */
    @Test
    void drop_or_detachment_of_a_partition_is_no_delete() throws Exception {
        pipeline.source(
                "create table ranged (id int primary key, v text) partition by range (id)",
                "create table ranged_1 partition of ranged for values from (0) to (10)",
                "create table ranged_2 partition of ranged for values from (10) to (20)",
                "insert into ranged values (1, 'one'), (11, 'eleven')");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "drop table ranged_1",
                "insert into ranged values (12, 'twelve')",
                "alter table ranged detach partition ranged_2");
        pipeline.catchUp();
        assertThat(pipeline.warehouseValue("select string_agg(id::text, ',' order by id) from ranged"))
                .isEqualTo("1,11,12");
    }

    /** Peer case 76. */
    @Test
    void attached_partition_arrives_with_its_rows() throws Exception {
        pipeline.source(
                "create table ranged (id int primary key, v text) partition by range (id)",
                "create table ranged_1 partition of ranged for values from (0) to (10)",
                "insert into ranged values (1, 'one')");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "create table ranged_2 (id int primary key, v text)",
                "insert into ranged_2 values (11, 'before')",
                "alter table ranged attach partition ranged_2 for values from (10) to (20)",
                "insert into ranged values (12, 'after')");
        pipeline.catchUp();

        equalInTime("ranged");

        pipeline.stop();
        pipeline.source(
                "create table ranged_3 (id int primary key, v text)",
                "insert into ranged_3 values (21, 'while it was down')",
                "alter table ranged attach partition ranged_3 for values from (20) to (30)");
        pipeline.start();
        pipeline.catchUp();

        equalInTime("ranged");

        pipeline.transaction(
                "create table ranged_4 (v text, id int primary key)",
                "insert into ranged_4 values ('in the same transaction', 31)",
                "alter table ranged attach partition ranged_4 for values from (30) to (40)",
                "insert into ranged values (32, 'after')");
        pipeline.catchUp();

        equalInTime("ranged");
    }

    /** The table is read anew beside the stream, which takes its time. */
    private void equalInTime(String table) {
        org.awaitility.Awaitility.await()
                .atMost(java.time.Duration.ofSeconds(90))
                .ignoreExceptionsInstanceOf(IllegalStateException.class)
                .untilAsserted(() -> pipeline.assertEqual(table));
    }

    /** Peer case 77. */
    @Test
    void parent_and_child_with_the_same_key_stay_apart() throws Exception {
        pipeline.source(
                "create table parent (id int primary key, v text)",
                "create table child (extra int, primary key (id)) inherits (parent)",
                "insert into parent values (1, 'parent')",
                "insert into child values (1, 'child', 5)");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "insert into child values (2, 'child', 6)",
                "update only parent set v = 'the parent'",
                "update child set extra = 7 where id = 1",
                "delete from child where id = 2");
        pipeline.catchUp();
        assertThat(pipeline.warehouseValue("select string_agg(id || v, ',') from parent"))
                .isEqualTo("1the parent");
        pipeline.assertEqual("child");
    }

    /** Peer case 78. */
    @Test
    void identity_and_sequences_arrive_and_a_table_without_columns_is_left_out() throws Exception {
        pipeline.source(
                "create table empty ()",
                "insert into empty default values",
                "create table counted (id serial primary key, n int generated by default as identity, v text)");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "insert into empty default values",
                "insert into counted (v) values ('a'), ('b')",
                "select setval('counted_id_seq', 100)",
                "insert into counted (v) values ('c')");
        pipeline.catchUp();
        assertThat(pipeline.warehouseValue("select to_regclass('empty') is null"))
                .isEqualTo("t");
        pipeline.assertEqual("counted");
    }

    /** Peer case 78. */
    @Test
    void table_of_a_thousand_columns_arrives() throws Exception {
        String columns = java.util.stream.IntStream.rangeClosed(1, 1000)
                .mapToObj(n -> "c" + n + " int")
                .collect(java.util.stream.Collectors.joining(", "));
        pipeline.source(
                "create table wide (id int primary key, " + columns + ")", "insert into wide (id, c1) values (1, 1)");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source("insert into wide (id, c1000) values (2, 2)", "update wide set c500 = 5");

        pipeline.assertEqualAndReplayable("wide");
    }

    /** Peer case 78. */
    @Test
    void stored_generated_columns_hold_what_the_source_computes() throws Exception {
        pipeline.source(
                "create table items (id int primary key, price int, twice int generated always as (price * 2) stored)",
                "insert into items (id, price) values (1, 10)");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source("insert into items (id, price) values (2, 20)", "update items set price = 11 where id = 1");

        pipeline.assertEqualAndReplayable("items");
    }

    /** Peer case 79 and 80. */
    @Test
    void views_materialized_views_unlogged_and_temporary_tables_harm_nothing() throws Exception {
        pipeline.source(
                "create table notes (id bigint primary key, body text, extra text)",
                "insert into notes values (1, 'one', 'x'), (2, 'two', 'y')",
                "create view seen as select * from notes",
                "create materialized view kept as select * from notes",
                "create unique index kept_id on kept (id)",
                "create unlogged table fast (id int primary key)",
                "create sequence numbers");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "insert into notes values (3, 'three', null)",
                "refresh materialized view kept",
                "refresh materialized view concurrently kept",
                "insert into fast values (1)",
                "select nextval('numbers')");
        pipeline.transaction(
                "create temporary table passing (id int primary key)",
                "insert into passing values (1)",
                "insert into notes values (4, 'four', null)");

        pipeline.assertEqualAndReplayable("notes");
        assertThat(pipeline.warehouseValue(
                        "select count(*) from pg_class where relname in ('seen', 'kept', 'fast', 'passing')"))
                .isEqualTo("0");
    }

    /** Peer case 79. */
    @Test
    void foreign_tables_are_left_out() throws Exception {
        pipeline.source(
                "create table notes (id bigint primary key, body text, extra text)",
                "insert into notes values (1, 'one', 'x'), (2, 'two', 'y')",
                "create foreign data wrapper nothing",
                "create server nowhere foreign data wrapper nothing",
                "create foreign table elsewhere (id int) server nowhere");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source("insert into notes values (3, 'three', null)");

        pipeline.assertEqualAndReplayable("notes");
        assertThat(pipeline.warehouseValue("select count(*) from pg_class where relname = 'elsewhere'"))
                .isEqualTo("0");
    }

    /** Peer case 81. */
    @Test
    void foreign_keys_and_triggers_of_the_warehouse_neither_stop_nor_double() throws Exception {
        pipeline.source(
                "create table customers (id int primary key, v text)",
                "create table orders (id int primary key, customer int references customers)");
        pipeline.start();
        pipeline.catchUp();
        pipeline.warehouse(
                "create table seen (id int)",
                "create function note() returns trigger language plpgsql as 'begin insert into seen values (new.id); return new; end'",
                "create trigger note after insert on customers for each row execute function note()",
                "alter table orders add foreign key (customer) references customers (id)");
        pipeline.transaction(
                "insert into customers values (1, 'a'), (2, 'b')", "insert into orders values (1, 1), (2, 2)");
        pipeline.transaction(
                "delete from orders where customer = 1",
                "delete from customers where id = 1",
                "insert into customers values (3, 'c')",
                "insert into orders values (3, 3)");

        pipeline.assertEqualAndReplayable("customers", "orders");
    }

    /** Peer case 82. */
    @Test
    void row_filter_and_row_level_security_of_the_source_are_its_own_business() throws Exception {
        pipeline.source(
                "create table notes (id bigint primary key, body text, extra text)",
                "insert into notes values (1, 'one', 'x'), (2, 'two', 'y')",
                "alter table notes enable row level security",
                "alter table notes force row level security");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source("insert into notes values (3, 'three', null)");

        pipeline.assertEqualAndReplayable("notes");
    }

    /** Peer case 82. */
    @Test
    void rows_and_columns_that_the_publication_leaves_out_are_left_out() throws Exception {
        pipeline.source(
                "create table notes (id bigint primary key, body text, extra text)",
                "insert into notes values (1, 'one', 'x'), (2, 'two', 'y')",
                "create publication narrow for table notes (id, body) where (id < 100) with (publish_via_partition_root = true)");
        pipeline.with("source.publication", "narrow");
        pipeline.source("insert into notes values (101, 'hidden', 'x')");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "insert into notes values (3, 'three', 'x'), (102, 'hidden', null)",
                "update notes set extra = 'unseen' where id = 1");
        pipeline.catchUp();
        assertThat(pipeline.warehouseValue("select string_agg(id || body, ',' order by id) from notes"))
                .isEqualTo("1one,2two,3three");
    }

    /** Trap 48. */
    @Test
    void table_that_is_taken_out_of_the_publication_comes_again_with_what_it_missed() throws Exception {
        pipeline.source(
                "create table notes (id bigint primary key, body text)",
                "create table others (id bigint primary key)",
                "insert into notes values (1, 'one'), (2, 'two')");
        pipeline.start();
        pipeline.catchUp();
        String publication = "alter publication idem_" + pipeline.name();
        pipeline.transaction(
                publication + " drop table notes",
                "insert into notes values (3, 'unseen')",
                "delete from notes where id = 1");

        equalInTime("notes");

        pipeline.stop();
        pipeline.source(publication + " drop table notes", "update notes set body = 'unseen too'");
        pipeline.start();

        equalInTime("notes");
    }

    /** Peer case 82. */
    @Test
    void publication_for_the_tables_of_a_schema_brings_those_to_come() throws Exception {
        assumeTrue(pipeline.sourceValue("select current_setting('server_version_num')::int >= 150000")
                .equals("t"));
        pipeline.source(
                "create schema chosen",
                "create table chosen.notes (id bigint primary key, body text)",
                "insert into chosen.notes values (1, 'one')",
                "create publication whole for tables in schema chosen with (publish_via_partition_root = true)");
        pipeline.with("source.publication", "whole")
                .with("source.tables", "chosen.*")
                .start();
        pipeline.catchUp();
        pipeline.source(
                "create table chosen.later (id int, v text, primary key (id)) partition by range (id)",
                "create table chosen.later_1 partition of chosen.later for values from (0) to (10)",
                "insert into chosen.later values (1, 'a')",
                "insert into chosen.notes values (2, 'two')");

        equalInTime("chosen.later");
        equalInTime("chosen.notes");
        assertThat(pipeline.sourceValue("select count(*) from pg_publication_rel"))
                .isEqualTo("0");
    }

    /** Peer case 82. */
    @Test
    void publication_that_leaves_operations_out_is_refused_by_name() throws Exception {
        pipeline.source(
                "create table notes (id bigint primary key, body text, extra text)",
                "insert into notes values (1, 'one', 'x'), (2, 'two', 'y')",
                "create publication partly for table notes with (publish = 'insert')");
        Pipeline started = pipeline.with("source.publication", "partly").start();
        org.awaitility.Awaitility.await()
                .atMost(java.time.Duration.ofSeconds(60))
                .until(() -> started.failure().isPresent());
        assertThat(started.failure().orElseThrow()).hasMessageContaining("publication partly leaves operations out");
    }
}
