package dev.idem.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Tables follow the source's names, and the settings', without a second copy. */
class TargetNamesIT extends PipelinePerTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private String warehouseTables() {
        return pipeline.warehouseValue(
                "select string_agg(schemaname || '.' || tablename, ' ' order by schemaname || '.' || tablename) from pg_tables"
                        + " where schemaname not in ('pg_catalog', 'information_schema', 'idem')");
    }

    private String warehouse(String expression, String table) {
        return pipeline.warehouseValue("select coalesce(" + expression + "::text, 'none') from " + table);
    }

    @Test
    void tables_go_where_the_settings_say_and_follow_them_when_they_change() throws Exception {
        pipeline.source(
                "create schema shop",
                "create schema hr",
                "create table shop.t (id int primary key, v text)",
                "create table hr.t (id int primary key, v text)",
                "create table hr.people (id int primary key, v text)",
                "insert into shop.t values (1, 'shop')",
                "insert into hr.t values (1, 'hr')",
                "insert into hr.people values (1, 'Ann')");
        pipeline.with("warehouse.table-name-format", "dwh.${schema}_${table}")
                .with("warehouse.schema-map", "shop:s")
                .with("warehouse.table-map", "hr.people:hr.staff");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "update shop.t set v = 'sold'", "delete from hr.people", "insert into hr.people values (2, 'Bob')");
        pipeline.catchUp();

        assertThat(warehouseTables()).isEqualTo("dwh.hr_t dwh.s_t hr.staff");
        assertThat(warehouse("v", "dwh.s_t") + warehouse("v", "dwh.hr_t") + warehouse("id", "hr.staff"))
                .isEqualTo("soldhr2");
        assertThat(pipeline.verify().isEqual()).isTrue();
        pipeline.stop();

        pipeline.with("warehouse.table-name-format", "${schema}.${table}")
                .with("warehouse.schema-map", "hr:shop,shop:hr")
                .with("warehouse.table-map", "");
        pipeline.start();
        pipeline.source("update shop.t set v = 'again'", "update hr.t set v = 'hired'");
        pipeline.catchUp();

        assertThat(warehouseTables()).isEqualTo("hr.t shop.people shop.t");
        assertThat(warehouse("v", "hr.t") + warehouse("v", "shop.t")).isEqualTo("againhired");
        assertThat(pipeline.replayAll()).as("rows that a replay changed").isZero();
        assertThat(pipeline.verify().isEqual()).isTrue();
    }

    @Test
    void table_that_would_share_its_name_is_parked_with_both_names_and_the_others_go_on() throws Exception {
        pipeline.source(
                "create schema a",
                "create schema b",
                "create table a.t (id int primary key)",
                "create table b.t (id int primary key)",
                "insert into a.t values (1)",
                "insert into b.t values (2)");
        pipeline.with("warehouse.table-name-format", "dwh.${table}");
        pipeline.start();
        pipeline.catchUp();

        assertThat(warehouseTables()).isEqualTo("dwh.t");
        assertThat(pipeline.warehouseValue("select reason from idem.parked"))
                .contains("table a.t", "table b.t", "dwh.t", "warehouse.table-map");
        assertThat(warehouse("count(*)", "dwh.t")).isEqualTo("1");
    }

    /** Peer case 60. */
    @Test
    void renamed_tables_keep_their_rows_under_the_new_names() throws Exception {
        pipeline.source(
                "create schema other",
                "create table moved (id int primary key, v text)",
                "create table idle (id int primary key, v text)",
                "create table one (id int primary key, v text)",
                "create table two (id int primary key, w int)",
                "create table old (id int primary key, v text)",
                "insert into moved values (1, 'm')",
                "insert into idle values (1, 'i')",
                "insert into one values (1, '1')",
                "insert into two values (2, 2)",
                "insert into old values (1, 'o')");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source("insert into moved values (9, 'streamed')");
        pipeline.catchUp();
        String before = warehouse("_idem_lsn", "idle");
        pipeline.source("alter table idle rename to quiet");
        await().atMost(PATIENCE).until(() -> warehouseTables().contains("public.quiet"));
        assertThat(warehouse("_idem_lsn", "quiet")).as("it was not read anew").isEqualTo(before);
        pipeline.source(
                "alter table moved set schema other",
                "insert into other.moved values (2, 'n')",
                "alter table one rename to between",
                "alter table two rename to one",
                "alter table between rename to two",
                "insert into one values (3, 3)",
                "update two set v = '1 + 1'",
                "alter table old rename to older",
                "create table old (id int primary key, n numeric)",
                "insert into old values (7, 7.5)",
                "insert into older values (2, 'p')");
        await().atMost(PATIENCE)
                .until(() -> warehouseTables()
                        .equals("other.moved public.old public.older public.one public.quiet public.two"));
        pipeline.assertEqualAndReplayable("other.moved", "quiet", "one", "two", "old", "older");

        assertThat(pipeline.verify().isEqual()).isTrue();
        String floor = pipeline.floor("quiet");
        pipeline.stop();
        pipeline.source("alter table quiet rename to loud", "insert into loud values (2, 'j')", "delete from two");
        pipeline.start();
        await().atMost(PATIENCE).until(() -> warehouseTables().contains("public.loud"));
        // A new name that nobody saw being given is read anew; what that writes is not the replay's.
        pipeline.awaitFloorAbove("loud", floor);
        pipeline.assertEqualAndReplayable("loud", "two");
        assertThat(warehouseTables())
                .isEqualTo("other.moved public.loud public.old public.older public.one public.two");
    }

    @Test
    void dropped_columns_are_dropped_where_that_is_set_and_a_replay_does_not_bring_them_back() throws Exception {
        pipeline.source(
                "create table t (id int primary key, v text, w text not null, big text)",
                "alter table t alter big set storage external",
                "insert into t values (1, 'v', 'w', repeat('x', 5000))");
        pipeline.with("warehouse.dropped-columns", "drop");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "update t set v = 'z'",
                "alter table t drop column v, drop column w",
                "update t set id = 2",
                "alter table t add column v int default 5",
                "insert into t (id) values (3)");
        pipeline.assertEqualAndReplayable("t");

        assertThat(pipeline.warehouseValue(
                        "select string_agg(attname, ' ' order by attnum) from pg_attribute where attrelid = 't'::regclass"
                                + " and attnum > 0 and not attisdropped and attname not like '\\_idem%'"))
                .isEqualTo("id big v");
    }

    /** Peer case 65. */
    @Test
    void tables_of_others_are_taken_over_where_they_can_take_what_the_source_has() throws Exception {
        pipeline.warehouse(
                "create schema s",
                "create table s.wide (note text, v text, n bigint, m text, id bigint, surrogate bigint generated always as"
                        + " identity primary key, loaded timestamptz not null default now())",
                "create table s.other_key (id int not null, code text primary key)",
                "create table s.narrow (id int primary key, n smallint, extra int not null)");
        pipeline.source(
                "create schema s",
                "create type s.mood as enum ('sad', 'ok')",
                "create table s.wide (id int primary key, v varchar(5), n int, m s.mood, g int generated always as (n + 1) stored)",
                "create table s.other_key (id int primary key, code text not null)",
                "create table s.narrow (id bigint primary key, n int)",
                "insert into s.wide values (1, 'v', 7, 'ok')",
                "insert into s.other_key values (1, 'a'), (2, 'b')",
                "insert into s.narrow values (1, 100000)");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "update s.wide set n = 8, id = 2",
                "alter table s.wide alter v type varchar(9)",
                "insert into s.wide values (3, 'longer', 9, 'sad')",
                "delete from s.other_key where id = 1",
                "insert into s.other_key values (3, 'a')");

        pipeline.assertEqualAndReplayable("s.wide", "s.other_key");
        assertThat(
                        pipeline.warehouseValue(
                                "select v_type || ' ' || n_type from (select"
                                        + " (select atttypid::regtype::text from pg_attribute where attrelid = 's.wide'::regclass and attname = 'v') v_type,"
                                        + " (select atttypid::regtype::text from pg_attribute where attrelid = 's.wide'::regclass and attname = 'n') n_type) t"))
                .isEqualTo("text bigint");
        assertThat(pipeline.warehouseValue("select reason from idem.parked"))
                .contains("s.narrow", "column id", "bigint", "column n", "column extra", "alter table");
        pipeline.warehouse(
                "alter table s.narrow alter id type bigint, alter n type int, alter extra drop not null",
                "update idem.parked set retry_at = now()");
        await().atMost(PATIENCE).until(() -> warehouse("count(*)", "s.narrow").equals("1"));
        assertThat(pipeline.verify().isEqual()).isTrue();
    }
}
