package dev.idem.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What the suites of others check of keys and replica identities; docs/peer-cases.md names each line. */
class PeerKeysIT extends PipelinePerTest {

    /** Peer case 18. */
    @Test
    void keys_single_composite_of_all_columns_at_any_place_and_with_include() throws Exception {
        pipeline.source(
                "create table single (v text, id int primary key)",
                "create table composite (a int, v text, b text, c int, primary key (c, a))",
                "create table whole (a int, b text, primary key (b, a))",
                "create table included (v text, id int, extra text, primary key (id) include (extra))",
                "insert into single values ('x', 1), ('y', 2)",
                "insert into composite values (1, 'x', 'b', 1), (1, 'y', 'b', 2), (2, 'z', 'b', 1)",
                "insert into whole values (1, 'a'), (1, 'b')",
                "insert into included values ('x', 1, 'e'), ('y', 2, 'f')");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "update single set v = 'z' where id = 1",
                "update composite set v = 'n' where a = 1 and c = 2",
                "delete from composite where a = 1 and c = 1",
                "update whole set a = 3 where b = 'b'",
                "update included set extra = 'g' where id = 1",
                "delete from included where id = 2");

        pipeline.assertEqualAndReplayable("single", "composite", "whole", "included");
    }

    /** Peer case 19. */
    @Test
    void key_columns_of_unusual_types_find_their_rows() throws Exception {
        pipeline.source(
                "create type mood as enum ('sad', 'glad')",
                "create type pair as (a int, b text)",
                "create domain code as text check (value <> '')",
                "create table by_array (k int[] primary key, v int)",
                "create table by_enum (k mood primary key, v int)",
                "create table by_pair (k pair primary key, v int)",
                "create table by_range (k int4range primary key, v int)",
                "create table by_domain (k code primary key, v int)",
                "create table by_numeric (k numeric primary key, v int)",
                "create table by_char (k char(5) primary key, v int)",
                "create table by_many (a uuid, b date, c bytea, v int, primary key (a, b, c))",
                "insert into by_array values ('{1,2}', 1), ('{}', 1)",
                "insert into by_enum values ('sad', 1), ('glad', 1)",
                "insert into by_pair values ('(1,x)', 1), ('(2,\"y, z\")', 1)",
                "insert into by_range values ('[1,3)', 1), ('empty', 1)",
                "insert into by_domain values ('one', 1), ('two', 1)",
                "insert into by_numeric values (1.0, 1), (2, 1)",
                "insert into by_char values ('a', 1), ('b', 1)",
                "insert into by_many values ('00000000-0000-0000-0000-000000000001', '2024-01-01', '\\x00ff', 1)");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "update by_array set v = 2 where k = '{1,2}'",
                "delete from by_array where k = '{}'",
                "update by_enum set k = 'sad', v = 3 where k = 'sad'",
                "delete from by_enum where k = 'glad'",
                "update by_pair set v = 2",
                "delete from by_pair where (k).a = 2",
                "update by_range set v = 2",
                "delete from by_range where k = 'empty'",
                "update by_domain set v = 2 where k = 'one'",
                "delete from by_domain where k = 'two'",
                "update by_numeric set k = 1.000, v = 2 where k = 1",
                "delete from by_numeric where k = 2.00",
                "update by_char set v = 2 where k = 'a'",
                "delete from by_char where k = 'b'",
                "update by_many set v = 2");

        pipeline.assertEqualAndReplayable(
                "by_array", "by_enum", "by_pair", "by_range", "by_domain", "by_numeric", "by_char", "by_many");
    }

    /** Peer case 19. */
    @Test
    void keys_equal_for_the_source_and_different_as_text_are_one_key() throws Exception {
        pipeline.warehouse("create extension citext");
        pipeline.source(
                "create extension citext",
                "create table words (k citext primary key, v int)",
                "insert into words values ('One', 1), ('two', 1)");
        pipeline.start();
        pipeline.catchUp();
        pipeline.transaction(
                "delete from words where k = 'one'",
                "insert into words values ('ONE', 2)",
                "update words set k = 'TWO' where k = 'two'");

        pipeline.assertEqualAndReplayable("words");
        assertThat(pipeline.warehouseValue("select count(*) from words")).isEqualTo("2");
    }

    /** Peer case 19. */
    @Test
    void key_of_a_nondeterministic_collation_is_compared_as_the_source_does() throws Exception {
        pipeline.source(
                "create collation loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
                "create table words (k text collate loose primary key, v int)",
                "insert into words values ('One', 1)");
        pipeline.start();
        pipeline.catchUp();
        pipeline.transaction("delete from words where k = 'one'", "insert into words values ('ONE', 2)");

        pipeline.assertEqualAndReplayable("words");
        assertThat(pipeline.warehouseValue("select count(*) from words")).isEqualTo("1");
    }

    /** Peer case 20. */
    @Test
    void changes_of_a_keyless_table_touch_exactly_one_of_identical_rows() throws Exception {
        pipeline.source(
                "create table log (what text, n int, at timestamptz)",
                "alter table log replica identity full",
                "insert into log select 'same', 1, null from generate_series(1, 5)",
                "create table plain (v int)",
                "insert into plain values (1), (1)");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "delete from log where ctid = (select ctid from log limit 1)",
                "update log set n = 2 where ctid = (select ctid from log limit 1)",
                "update log set n = 1 where n = 2",
                "insert into plain values (1)");

        pipeline.assertEqualAndReplayable("log", "plain");
        assertThat(pipeline.warehouseValue("select count(*) from log")).isEqualTo("4");
    }

    /** Peer case 21. */
    @Test
    void replica_identity_by_an_index_and_none_are_followed() throws Exception {
        pipeline.source(
                "create table coded (id int primary key, code text not null unique, v int)",
                "alter table coded replica identity using index coded_code_key",
                "create table fixed (id int primary key, v int)",
                "alter table fixed replica identity nothing",
                "insert into coded values (1, 'a', 1), (2, 'b', 1)");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "update coded set id = 3, v = 2 where code = 'a'",
                "update coded set code = 'c' where code = 'b'",
                "delete from coded where code = 'c'",
                "insert into fixed values (1, 1)");

        pipeline.assertEqualAndReplayable("coded", "fixed");
    }

    /** Peer case 21. */
    @Test
    void replica_identity_changed_to_another_index_while_running_is_followed() throws Exception {
        pipeline.source(
                "create table coded (id int primary key, code text not null unique, v int)",
                "insert into coded values (1, 'a', 1), (2, 'b', 1)");
        pipeline.start();
        pipeline.catchUp();
        String floor = pipeline.floor("coded");
        pipeline.source(
                "update coded set v = 2 where id = 1",
                "alter table coded replica identity using index coded_code_key",
                "update coded set id = 10, v = 3 where code = 'a'",
                "delete from coded where code = 'b'",
                "insert into coded values (3, 'c', 1)");

        // It is read anew under its new key; what that writes is not the replay's.
        pipeline.awaitFloorAbove("coded", floor);
        pipeline.assertEqualAndReplayable("coded");
    }

    /** Peer case 22. */
    @Test
    void index_on_an_expression_or_on_a_part_is_no_key() throws Exception {
        pipeline.source(
                "create table people (name text, mail text not null)",
                "create unique index lower_name on people (lower(name))",
                "create unique index some_mail on people (mail) where mail <> ''",
                "alter table people replica identity full",
                "insert into people values ('Ann', ''), ('Bob', ''), (null, '')");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "insert into people values ('Cid', ''), (null, '')",
                "update people set mail = 'b@example.org' where name = 'Bob'",
                "delete from people where name = 'Ann'");

        pipeline.assertEqualAndReplayable("people");
        assertThat(pipeline.warehouseValue("select count(*) from people")).isEqualTo("4");
    }

    /** Peer case 24. */
    @Test
    void identity_keys_that_are_always_generated_arrive_with_the_values_of_the_source() throws Exception {
        pipeline.source(
                "create table first_column (id int generated always as identity primary key, v text)",
                "create table second_column (v text, id bigint generated always as identity primary key)",
                "insert into first_column (v) values ('a'), ('b')");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "insert into second_column (v) values ('a'), ('b')",
                "insert into first_column overriding system value values (2, 'again') on conflict (id) do update set v = excluded.v",
                "update second_column set v = 'z' where id = 1",
                "delete from first_column where id = 1",
                "insert into first_column (v) values ('c')");

        pipeline.assertEqualAndReplayable("first_column", "second_column");
    }

    /** Peer case 25. */
    @Test
    void records_of_others_in_a_topic_are_not_applied() throws Exception {
        pipeline.source(
                "create table notes (id bigint primary key, body text, extra text)",
                "insert into notes values (1, 'one', null)");
        pipeline.start();
        pipeline.catchUp();
        try (var producer = new org.apache.kafka.clients.producer.KafkaProducer<>(
                java.util.Map.<String, Object>of(
                        "bootstrap.servers", servers.kafka().bootstrapServers()),
                new org.apache.kafka.common.serialization.StringSerializer(),
                new org.apache.kafka.common.serialization.StringSerializer())) {
            String topic = pipeline.name() + ".public.notes";
            producer.send(new org.apache.kafka.clients.producer.ProducerRecord<>(topic, null, "{\"op\":\"c\""))
                    .get();
            producer.send(new org.apache.kafka.clients.producer.ProducerRecord<>(topic, "{\"other\":1}", "{}"))
                    .get();
        }
        pipeline.source("insert into notes values (2, 'two', null)");

        pipeline.assertEqualAndReplayable("notes");
    }

    /** Peer case 26. */
    @Test
    void unique_constraint_of_the_warehouse_that_is_hit_is_named_and_corrupts_nothing() throws Exception {
        pipeline.source(
                "create table notes (id bigint primary key, body text, extra text)",
                "insert into notes values (1, 'one', null)");
        pipeline.start();
        pipeline.catchUp();
        pipeline.warehouse("alter table notes add constraint one_body unique (body)");
        pipeline.source("insert into notes values (2, 'two', null), (3, 'one', null), (4, 'four', null)");
        pipeline.catchUp();
        assertThat(pipeline.warehouseValue("select string_agg(id::text, ',' order by id) from notes"))
                .isEqualTo("1,2,4");
        assertThat(pipeline.warehouseValue("select reason from idem.dead_letter"))
                .contains("SQLSTATE 23505", "one_body");
    }
}
