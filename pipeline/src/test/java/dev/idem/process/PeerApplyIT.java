package dev.idem.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What the suites of others check of inserts, updates and deletes; docs/peer-cases.md names each line. */
class PeerApplyIT extends PipelinePerTest {

    /** Peer case 1. */
    @Test
    void a_keyed_row_appears_once_and_a_keyless_one_as_often_as_it_was_inserted() throws Exception {
        pipeline.source(
                "create table notes (id bigint primary key, body text, extra text)",
                "create table log (what text, n int)",
                "insert into notes values (1, 'one', null)",
                "insert into log select 'same', 1 from generate_series(1, 3)");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "insert into notes values (2, 'two', null)",
                "insert into log values ('same', 1), ('same', 1), (null, null), (null, null)");

        pipeline.assertEqualAndReplayable("notes", "log");
        assertThat(pipeline.warehouseValue("select count(*) from log")).isEqualTo("7");
    }

    /** Peer case 2. */
    @Test
    void upsert_of_a_present_key_updates_in_place_and_of_an_absent_key_inserts() throws Exception {
        pipeline.source(
                "create table notes (id bigint primary key, body text, extra text)",
                "insert into notes values (1, 'one', 'x')");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "insert into notes values (1, 'uno', null), (2, 'dos', null) on conflict (id) do update set body = excluded.body");

        pipeline.assertEqualAndReplayable("notes");
        assertThat(pipeline.warehouseValue("select count(*) from notes")).isEqualTo("2");
    }

    /** Peer case 3 and 4. */
    @Test
    void upserts_and_deletes_that_come_three_times_leave_what_one_delivery_leaves() throws Exception {
        pipeline.source(
                "create table notes (id bigint primary key, body text, extra text)",
                "insert into notes select g, 'row', null from generate_series(1, 20) g");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source("update notes set body = 'again' where id % 2 = 0", "delete from notes where id % 3 = 0");
        pipeline.catchUp();
        pipeline.replayAll();
        pipeline.replayAll();

        pipeline.assertEqualAndReplayable("notes");
    }

    /** Peer case 4 and 12. */
    @Test
    void changes_of_a_row_that_the_warehouse_lacks_are_no_error_and_the_next_go_on() throws Exception {
        pipeline.source(
                "create table notes (id bigint primary key, body text, extra text)",
                "insert into notes values (1, 'one', null), (2, 'two', null), (3, 'three', null)");
        pipeline.start();
        pipeline.catchUp();
        pipeline.warehouse("delete from notes where id in (1, 2)");
        pipeline.source(
                "delete from notes where id = 1",
                "update notes set body = 'zwei' where id = 2",
                "insert into notes values (4, 'four', null)");
        pipeline.catchUp();

        pipeline.assertEqual("notes");
    }

    /** Peer case 5, 6 and 7. */
    @Test
    void insert_delete_insert_of_one_key_in_one_transaction_leaves_the_second_insert() throws Exception {
        pipeline.source(
                "create table notes (id bigint primary key, body text, extra text)",
                "insert into notes values (2, 'two', null), (3, 'three', null)");
        pipeline.start();
        pipeline.catchUp();
        pipeline.transaction(
                "insert into notes values (1, 'first', 'x')",
                "delete from notes where id = 1",
                "insert into notes values (1, 'second', null)",
                "update notes set body = 'gone' where id = 2",
                "delete from notes where id = 2",
                "update notes set body = 'a' where id = 3",
                "update notes set body = 'b' where id = 3",
                "update notes set extra = 'c' where id = 3");

        pipeline.assertEqualAndReplayable("notes");
        assertThat(pipeline.warehouseValue("select body from notes where id = 1"))
                .isEqualTo("second");
        assertThat(pipeline.warehouseValue("select count(*) from notes where id = 2"))
                .isEqualTo("0");
    }

    /** Peer case 8. */
    @Test
    void keys_that_interleave_over_many_batches_keep_their_order() throws Exception {
        pipeline.source("create table notes (id bigint primary key, body text, extra text)");
        pipeline.with("apply.max-cuts", "1").start();
        pipeline.catchUp();
        for (int round = 0; round < 12; round++) {
            pipeline.transaction(
                    "insert into notes values (1, 'r" + round + "', null), (2, 'r" + round
                            + "', null) on conflict (id) do update" + " set body = excluded.body",
                    "delete from notes where id = " + (1 + round % 2));
        }

        pipeline.assertEqualAndReplayable("notes");
    }

    /** Peer case 10. */
    @Test
    void delete_finds_its_row_with_the_key_alone_and_with_the_whole_old_row() throws Exception {
        pipeline.source(
                "create table notes (id bigint primary key, body text, extra text)",
                "create table whole (id int primary key, body text)",
                "alter table whole replica identity full",
                "insert into notes values (1, 'a', null), (2, 'b', null)",
                "insert into whole values (1, 'a'), (2, null), (3, 'c')");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source("delete from notes where id = 1", "delete from whole where id < 3");

        pipeline.assertEqualAndReplayable("notes", "whole");
        assertThat(pipeline.warehouseValue("select count(*) from whole")).isEqualTo("1");
    }

    /** Peer case 14. */
    @Test
    void update_that_changes_no_value_leaves_the_row_as_it_is() throws Exception {
        pipeline.source(
                "create table notes (id bigint primary key, body text, extra text)",
                "insert into notes values (1, 'one', null)");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source("update notes set body = body", "update notes set id = id, extra = extra");

        pipeline.assertEqualAndReplayable("notes");
    }

    /** Peer case 15. */
    @Test
    void copied_rows_that_come_again_never_undo_streamed_changes() throws Exception {
        pipeline.source(
                "create table notes (id bigint primary key, body text, extra text)",
                "insert into notes select g, 'copied', null from generate_series(1, 50) g");
        pipeline.with("apply.max-cuts", "1").start();
        pipeline.catchUp();
        pipeline.source(
                "update notes set body = 'streamed' where id <= 20",
                "delete from notes where id > 40",
                "insert into notes values (41, 'streamed', null)");

        pipeline.assertEqualAndReplayable("notes");
        assertThat(pipeline.warehouseValue("select count(*) from notes where body = 'streamed'"))
                .isEqualTo("21");
    }

    /** Peer case 16. */
    @Test
    void changes_that_share_a_position_are_all_applied_in_their_order() throws Exception {
        pipeline.source("create table notes (id bigint primary key, body text, extra text)");
        pipeline.with("apply.max-cuts", "1").start();
        pipeline.catchUp();
        pipeline.source("insert into notes select g, 'row', null from generate_series(1, 1000) g");
        pipeline.transaction(
                "insert into notes values (2001, 'a', null), (2002, 'a', null)",
                "update notes set body = 'b' where id > 2000",
                "delete from notes where id = 2002",
                "insert into notes values (2002, 'c', null)");
        try (var connection = pipeline.sourceConnection()) {
            connection
                    .unwrap(org.postgresql.PGConnection.class)
                    .getCopyAPI()
                    .copyIn(
                            "copy notes (id, body) from stdin",
                            new java.io.StringReader("3001\tx\n3002\ty\n3003\tz\n"));
        }

        pipeline.assertEqualAndReplayable("notes");
        assertThat(pipeline.warehouseValue("select count(*) from notes")).isEqualTo("1005");
    }

    /** Peer case 17. */
    @Test
    void an_earlier_value_of_a_key_never_shows_after_a_later_one() throws Exception {
        pipeline.source("create table steps (id int primary key, n int)", "insert into steps values (1, 0)");
        pipeline.with("apply.max-cuts", "1").start();
        pipeline.catchUp();
        int seen = 0;
        for (int n = 1; n <= 200; n++) {
            pipeline.source("update steps set n = " + n);
            int now = Integer.parseInt(pipeline.warehouseValue("select n from steps"));
            assertThat(now).isGreaterThanOrEqualTo(seen);
            seen = now;
        }

        pipeline.assertEqualAndReplayable("steps");
    }
}
