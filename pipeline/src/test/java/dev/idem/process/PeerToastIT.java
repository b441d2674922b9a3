package dev.idem.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What the suites of others check of large values and large transactions; docs/peer-cases.md names each line. */
class PeerToastIT extends PipelinePerTest {

    /** Peer case 27. */
    @Test
    void unchanged_large_values_of_every_type_are_kept() throws Exception {
        pipeline.warehouse("create extension hstore");
        pipeline.source(
                "create extension hstore",
                "create table sparse (id int primary key, n int, body text, raw bytea, doc jsonb, plain json, pairs hstore, words text[], ints int[], longs bigint[], dates date[], uuids uuid[], raws bytea[], smalls smallint[], numbers numeric[], floats float8[], times timestamp[], flags boolean[], bits varbit, big numeric, mark xml)",
                "create table whole (id int primary key, n int, body text, raw bytea, doc jsonb, plain json, pairs hstore, words text[], ints int[], longs bigint[], dates date[], uuids uuid[], raws bytea[], smalls smallint[], numbers numeric[], floats float8[], times timestamp[], flags boolean[], bits varbit, big numeric, mark xml)",
                "alter table whole replica identity full",
                "alter table sparse alter column body set storage external, alter column raw set storage external, alter column doc set storage external, alter column plain set storage external, alter column pairs set storage external, alter column words set storage external, alter column ints set storage external, alter column longs set storage external, alter column dates set storage external, alter column uuids set storage external, alter column raws set storage external, alter column smalls set storage external, alter column numbers set storage external, alter column floats set storage external, alter column times set storage external, alter column flags set storage external, alter column bits set storage external, alter column mark set storage external",
                "alter table whole alter column body set storage external, alter column raw set storage external, alter column doc set storage external, alter column plain set storage external, alter column pairs set storage external, alter column words set storage external, alter column ints set storage external, alter column longs set storage external, alter column dates set storage external, alter column uuids set storage external, alter column raws set storage external, alter column smalls set storage external, alter column numbers set storage external, alter column floats set storage external, alter column times set storage external, alter column flags set storage external, alter column bits set storage external, alter column mark set storage external");
        pipeline.with("apply.max-cuts", "1").start();
        pipeline.catchUp();
        pipeline.source(
                "insert into sparse select 1, 0, (select string_agg(md5((g * 1)::text), '') from generate_series(1, 300) g), convert_to((select string_agg(md5((g * 1)::text), '') from generate_series(1, 300) g), 'UTF8'), to_jsonb((select string_agg(md5((g * 1)::text), '') from generate_series(1, 300) g)), to_json((select string_agg(md5((g * 1)::text), '') from generate_series(1, 300) g)), hstore('k', (select string_agg(md5((g * 1)::text), '') from generate_series(1, 300) g)), array[(select string_agg(md5((g * 1)::text), '') from generate_series(1, 300) g)], (select array_agg(g order by g) from generate_series(1, 3000) g), (select array_agg(g::bigint order by g) from generate_series(1, 3000) g), (select array_agg(date '2000-01-01' + g order by g) from generate_series(1, 3000) g), (select array_agg(md5(g::text)::uuid order by g) from generate_series(1, 500) g), array[convert_to((select string_agg(md5((g * 1)::text), '') from generate_series(1, 300) g), 'UTF8')], (select array_agg(g::smallint order by g) from generate_series(1, 3000) g), (select array_agg(g / 7.0 order by g) from generate_series(1, 3000) g), (select array_agg(g / 7.0::float8 order by g) from generate_series(1, 3000) g), (select array_agg(timestamp '2000-01-01' + g * interval '1 second' order by g) from generate_series(1, 3000) g), (select array_agg(g % 2 = 0 order by g) from generate_series(1, 3000) g), (select string_agg((g % 2)::text, '' order by g)::varbit from generate_series(1, 30000) g), (repeat('123456789', 2000))::numeric, xmlparse(content '<a>' || (select string_agg(md5((g * 1)::text), '') from generate_series(1, 300) g) || '</a>')",
                "insert into sparse select 2, 0, (select string_agg(md5((g * 2)::text), '') from generate_series(1, 300) g), convert_to((select string_agg(md5((g * 2)::text), '') from generate_series(1, 300) g), 'UTF8'), to_jsonb((select string_agg(md5((g * 2)::text), '') from generate_series(1, 300) g)), to_json((select string_agg(md5((g * 2)::text), '') from generate_series(1, 300) g)), hstore('k', (select string_agg(md5((g * 2)::text), '') from generate_series(1, 300) g)), array[(select string_agg(md5((g * 2)::text), '') from generate_series(1, 300) g)], (select array_agg(g order by g) from generate_series(1, 3000) g), (select array_agg(g::bigint order by g) from generate_series(1, 3000) g), (select array_agg(date '2000-01-01' + g order by g) from generate_series(1, 3000) g), (select array_agg(md5(g::text)::uuid order by g) from generate_series(1, 500) g), array[convert_to((select string_agg(md5((g * 2)::text), '') from generate_series(1, 300) g), 'UTF8')], (select array_agg(g::smallint order by g) from generate_series(1, 3000) g), (select array_agg(g / 7.0 order by g) from generate_series(1, 3000) g), (select array_agg(g / 7.0::float8 order by g) from generate_series(1, 3000) g), (select array_agg(timestamp '2000-01-01' + g * interval '1 second' order by g) from generate_series(1, 3000) g), (select array_agg(g % 2 = 0 order by g) from generate_series(1, 3000) g), (select string_agg((g % 2)::text, '' order by g)::varbit from generate_series(1, 30000) g), (repeat('123456789', 2000))::numeric, xmlparse(content '<a>' || (select string_agg(md5((g * 2)::text), '') from generate_series(1, 300) g) || '</a>')",
                "insert into whole select 1, 0, (select string_agg(md5((g * 1)::text), '') from generate_series(1, 300) g), convert_to((select string_agg(md5((g * 1)::text), '') from generate_series(1, 300) g), 'UTF8'), to_jsonb((select string_agg(md5((g * 1)::text), '') from generate_series(1, 300) g)), to_json((select string_agg(md5((g * 1)::text), '') from generate_series(1, 300) g)), hstore('k', (select string_agg(md5((g * 1)::text), '') from generate_series(1, 300) g)), array[(select string_agg(md5((g * 1)::text), '') from generate_series(1, 300) g)], (select array_agg(g order by g) from generate_series(1, 3000) g), (select array_agg(g::bigint order by g) from generate_series(1, 3000) g), (select array_agg(date '2000-01-01' + g order by g) from generate_series(1, 3000) g), (select array_agg(md5(g::text)::uuid order by g) from generate_series(1, 500) g), array[convert_to((select string_agg(md5((g * 1)::text), '') from generate_series(1, 300) g), 'UTF8')], (select array_agg(g::smallint order by g) from generate_series(1, 3000) g), (select array_agg(g / 7.0 order by g) from generate_series(1, 3000) g), (select array_agg(g / 7.0::float8 order by g) from generate_series(1, 3000) g), (select array_agg(timestamp '2000-01-01' + g * interval '1 second' order by g) from generate_series(1, 3000) g), (select array_agg(g % 2 = 0 order by g) from generate_series(1, 3000) g), (select string_agg((g % 2)::text, '' order by g)::varbit from generate_series(1, 30000) g), (repeat('123456789', 2000))::numeric, xmlparse(content '<a>' || (select string_agg(md5((g * 1)::text), '') from generate_series(1, 300) g) || '</a>')");
        pipeline.catchUp();
        pipeline.source(
                "update sparse set n = 1",
                "update sparse set n = 2, body = 'short' where id = 2",
                "update whole set n = 1",
                "update sparse set id = 3 where id = 1",
                "update whole set id = 2");

        pipeline.assertEqualAndReplayable("sparse", "whole");
        assertThat(pipeline.warehouseValue(
                        "select count(*) from sparse where _idem_missing is not null or raw is null or flags is null"))
                .isEqualTo("0");
    }

    /** Peer case 28. */
    @Test
    void unchanged_large_values_in_a_table_with_a_composite_key_survive_many_updates_in_one_batch() throws Exception {
        pipeline.source(
                "create table pages (book int, page text, n int, body text, notes text[], primary key (book, page))");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "insert into pages select 1, 'p' || g, 0, (select string_agg(md5((g * 7)::text), '') from generate_series(1, 300) g), array[(select string_agg(md5((g * 11)::text), '') from generate_series(1, 300) g)] from generate_series(1, 5) g");
        pipeline.catchUp();
        pipeline.transaction(
                "update pages set n = n + 1",
                "update pages set n = n + 1 where page = 'p1'",
                "update pages set body = 'new' where page = 'p2'",
                "update pages set n = n + 1 where page = 'p2'",
                "update pages set page = 'q3' where page = 'p3'",
                "update pages set n = 9 where page = 'q3'");
        pipeline.transaction(
                "insert into pages select 2, 'p1', 0, (select string_agg(md5((g * 13)::text), '') from generate_series(1, 300) g), null",
                "update pages set n = 5 where book = 2",
                "update pages set book = 3 where book = 2");

        pipeline.assertEqualAndReplayable("pages");
    }

    /** Peer case 30. */
    @Test
    void placeholder_text_as_a_real_large_value_survives() throws Exception {
        pipeline.source(
                "create table big (id int primary key, n int, body text, words text[])",
                "alter table big alter column body set storage external");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "insert into big values (1, 0, repeat('__debezium_unavailable_value', 500), array['__debezium_unavailable_value'])",
                "insert into big values (2, 0, '__debezium_unavailable_value', null)");
        pipeline.catchUp();
        pipeline.source("update big set n = 1");

        pipeline.assertEqualAndReplayable("big");
    }

    /** Peer case 31. */
    @Test
    void rows_of_one_and_sixteen_mebibytes_arrive() throws Exception {
        pipeline.source(
                "create table blobs (id int primary key, n int, body text)",
                "alter table blobs alter column body set storage external",
                "insert into blobs values (1, 0, repeat('0123456789abcdef', 65536))");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source("insert into blobs values (2, 0, repeat('0123456789abcdef', 1048576))");
        pipeline.catchUp();
        pipeline.source("update blobs set n = 1");
        pipeline.catchUp();

        pipeline.assertEqual("blobs");
    }

    /** Peer case 31. */
    @Test
    void rows_of_seventy_mebibytes_arrive() throws Exception {
        pipeline.source(
                "create table blobs (id int primary key, n int, raw bytea, body text)",
                "insert into blobs values (1, 0, decode(repeat('00ff5c27', 9 << 20), 'hex'), null)");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "insert into blobs values (2, 0, null, repeat('line ü' || chr(10), 10 << 20))",
                "update blobs set n = 1 where id = 1");
        pipeline.catchUp();

        String sizes = "select string_agg(concat_ws(' ', id, n, md5(raw), md5(body)), ', ' order by id) from blobs";
        assertThat(pipeline.warehouseValue(sizes)).isEqualTo(pipeline.sourceValue(sizes));
        assertThat(pipeline.warehouseValue("select count(*) from idem.dead_letter"))
                .isEqualTo("0");
    }

    /** Peer cases 31 and 54, trap 45. */
    @Test
    void rows_that_are_too_large_for_the_log_are_set_aside_by_name_and_the_others_go_on() throws Exception {
        pipeline.source(
                "create table blobs (id int primary key, n int, body text)",
                "create table logged (n int, body text)",
                "alter table blobs replica identity full",
                "alter table logged replica identity full",
                "insert into blobs values (1, 0, repeat('x', 50000)), (2, 0, 'small')");
        pipeline.with("topic.max-event", "40KiB").start();
        pipeline.catchUp();
        pipeline.transaction(
                "insert into blobs values (3, 0, repeat(chr(1), 10000)), (4, 0, repeat('y', 30000)), (5, 0, 'z')",
                "insert into logged values (1, repeat('y', 50000)), (2, 'z')");
        pipeline.source(
                "update blobs set body = repeat('w', 30000) where id = 4",
                "update blobs set body = 'short' where id = 1",
                "delete from blobs where id = 3",
                "update blobs set n = 1 where id = 5");
        pipeline.catchUp();

        pipeline.assertEqual("blobs");
        assertThat(pipeline.warehouseValue("select string_agg(n || body, ',') from logged"))
                .isEqualTo("2z");
        assertThat(pipeline.warehouseValue("select string_agg(concat_ws(' ', source_table, version is not null,"
                        + " substring(reason, 'of about (\\d)\\d{4} bytes was too large')), ', ' order by id)"
                        + " from idem.dead_letter"))
                .isEqualTo("blobs t 5, blobs t 6, logged t 5");
    }

    /** Peer case 32. */
    @Test
    void a_transaction_of_two_hundred_thousand_rows_arrives_whole() throws Exception {
        pipeline.source("create table many (id int primary key, v text)");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source("insert into many select g, 'row ' || g from generate_series(1, 200000) g");
        pipeline.catchUp();

        pipeline.assertEqual("many");
    }
}
