package dev.idem.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How other systems lose, resurrect and corrupt rows when they apply changes, through the whole pipeline. */
class ApplyTrapsIT extends PipelinePerTest {

    private static final String LARGE = "(select string_agg(md5(random()::text), '') from generate_series(1, 400))";

    @BeforeEach
    void fillSource() throws SQLException {
        pipeline.source("create table notes (id bigint primary key, body text, extra text)");
    }

    @Test
    @DisplayName("trap 23: an older insert that comes again after the delete does not bring the row back")
    void replayed_insert_after_a_delete_does_not_resurrect_the_row() throws SQLException {
        pipeline.with("apply.max-cuts", "1").start();
        pipeline.catchUp();
        pipeline.source("insert into notes values (1, 'one', null)", "insert into notes values (2, 'two', null)");
        pipeline.catchUp();
        pipeline.source("delete from notes where id = 1");
        pipeline.catchUp();

        assertThat(pipeline.replayAll()).isZero();
        pipeline.assertEqual("notes");
    }

    @Test
    @DisplayName("trap 24: an older insert that comes again after a truncate does not bring the row back")
    void replayed_insert_after_a_truncate_does_not_resurrect_the_row() throws SQLException {
        pipeline.with("apply.max-cuts", "1").start();
        pipeline.catchUp();
        pipeline.source("insert into notes values (1, 'one', null), (2, 'two', null)");
        pipeline.catchUp();
        pipeline.transaction("truncate notes", "insert into notes values (2, 'two again', null)");
        pipeline.catchUp();
        pipeline.assertEqual("notes");
        pipeline.stop();
        pipeline.start();

        assertThat(pipeline.replayAll()).isZero();
        pipeline.assertEqual("notes");
    }

    @Test
    @DisplayName("trap 25: an unchanged large value is kept, and the placeholder's text is an ordinary value")
    void unchanged_large_values_are_kept_and_the_placeholder_text_survives() throws SQLException {
        pipeline.source(
                "create table big (id bigint primary key, n int, body text, doc jsonb, raw bytea, list smallint[], words text[])");
        pipeline.source(
                "alter table big alter column body set storage external, alter column list set storage external");
        pipeline.with("apply.max-cuts", "1").start();
        pipeline.catchUp();
        pipeline.source(
                "insert into big select 1, 0, " + LARGE + ", to_jsonb(" + LARGE + "), convert_to(" + LARGE
                        + ", 'UTF8')," + " (select array_agg(g::smallint) from generate_series(1, 5000) g), array["
                        + LARGE + "]",
                "insert into big values (2, 0, '__debezium_unavailable_value', '\"__debezium_unavailable_value\"',"
                        + " '__debezium_unavailable_value', null, array['__debezium_unavailable_value'])",
                "insert into big values (3, 0, 'unchanged', '\"unchanged\"', 'unchanged', null, array['unchanged'])");
        pipeline.catchUp();
        pipeline.source("update big set n = n + 1", "update big set n = n + 1 where id = 1");
        pipeline.transaction(
                "insert into big (id, n, body) select 4, 0, " + LARGE, "update big set n = n + 1 where id = 4");
        pipeline.catchUp();
        pipeline.assertEqual("big");

        assertThat(pipeline.replayAll()).isZero();
        pipeline.assertEqual("big");
        assertThat(pipeline.warehouseValue("select count(*) from big where _idem_missing is not null"))
                .isEqualTo("0");
    }

    @Test
    @DisplayName("trap 27: many changes of one key in one batch are one row of one statement")
    void many_changes_of_one_key_in_one_batch_leave_the_last() throws SQLException {
        pipeline.start();
        pipeline.catchUp();
        pipeline.stop();
        pipeline.source("insert into notes values (1, 'first', 'x')");
        for (int i = 0; i < 50; i++) {
            pipeline.source("update notes set body = 'v" + i + "' where id = 1");
        }
        pipeline.transaction(
                "update notes set body = 'a'", "update notes set body = 'b'", "update notes set extra = 'c'");

        pipeline.start();
        pipeline.catchUp();

        pipeline.assertEqual("notes");
    }

    @Test
    @DisplayName("trap 28: inserts, updates and deletes of one key in one batch keep their order")
    void changes_of_one_key_in_one_batch_keep_their_order() throws SQLException {
        pipeline.source("insert into notes values (3, 'there', null), (4, 'there', null)");
        pipeline.start();
        pipeline.catchUp();
        pipeline.stop();
        pipeline.transaction(
                "insert into notes values (1, 'a', null)",
                "delete from notes where id = 1",
                "insert into notes values (1, 'b', null)");
        pipeline.transaction("insert into notes values (2, 'a', null)", "update notes set body = 'x' where id = 2");
        pipeline.transaction("delete from notes where id = 2");
        pipeline.transaction("delete from notes where id = 3", "insert into notes values (3, 'back', 'y')");
        pipeline.transaction("update notes set body = 'z' where id = 4", "delete from notes where id = 4");

        pipeline.start();
        pipeline.catchUp();

        pipeline.assertEqual("notes");
        assertThat(pipeline.warehouseValue("select count(*) from notes")).isEqualTo("2");
    }

    @Test
    @DisplayName("trap 29: key changes move the row with its large values; shifts of keys come out right")
    void key_changes_move_the_row_with_its_unchanged_large_values() throws SQLException {
        pipeline.source("insert into notes select g, " + LARGE + ", 'row ' || g from generate_series(1, 5) g");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source("update notes set id = 100 where id = 1");
        pipeline.transaction(
                "update notes set id = 6 where id = 5",
                "update notes set id = 5 where id = 4",
                "update notes set id = 4 where id = 3",
                "update notes set id = 3 where id = 2");
        pipeline.transaction("update notes set id = 200 where id = 100", "update notes set id = 300 where id = 200");
        pipeline.transaction(
                "insert into notes select 7, " + LARGE + ", 'new'", "update notes set id = 400 where id = 7");
        pipeline.catchUp();
        pipeline.assertEqual("notes");

        pipeline.replayAll();

        pipeline.assertEqual("notes");
        assertThat(pipeline.warehouseValue(
                        "select count(*) from notes where _idem_missing is not null or body is null"))
                .isEqualTo("0");
    }

    @Test
    void keys_swapped_under_a_deferrable_key_leave_both_rows() throws SQLException {
        pipeline.source(
                "create table seats (id int primary key deferrable, who text)",
                "alter table seats replica identity full",
                "insert into seats values (1, 'A'), (2, 'B'), (3, 'C')");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source("update seats set id = 3 - id where id < 3");
        pipeline.source("update seats set id = id + 1");
        pipeline.source("delete from seats where id = 3", "insert into seats values (3, 'D')");
        pipeline.catchUp();
        pipeline.assertEqual("seats");

        pipeline.replayAll();

        pipeline.assertEqual("seats");
    }

    @Test
    void a_keyless_table_holds_each_row_as_often_as_it_was_inserted() throws SQLException {
        pipeline.source("create table log (what text, n int)", "alter table log replica identity full");
        pipeline.source("insert into log select 'same', 1 from generate_series(1, 3)");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source("insert into log select 'same', 1 from generate_series(1, 3)");
        pipeline.source("delete from log where ctid = (select ctid from log limit 1)");
        pipeline.source("update log set n = 2 where ctid = (select ctid from log limit 1)");
        pipeline.catchUp();
        pipeline.assertEqual("log");

        pipeline.replayAll();

        pipeline.assertEqual("log");
    }

    @Test
    void tables_and_columns_with_names_of_every_kind_arrive() throws SQLException {
        pipeline.source(
                "create schema \"Odd.Schema\"",
                "create table \"Odd.Schema\".\"sel\"\"ect \u00e4\" (\"a.b\" int primary key, \"or: der\" text, \"x?\" text)",
                "insert into \"Odd.Schema\".\"sel\"\"ect \u00e4\" values (1, 'one', '?')");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source("update \"Odd.Schema\".\"sel\"\"ect \u00e4\" set \"or: der\" = 'two'");
        pipeline.catchUp();

        pipeline.assertEqual("\"Odd.Schema\".\"sel\"\"ect \u00e4\"");
    }

    @Test
    void a_row_that_the_warehouse_refuses_is_set_aside_and_its_neighbours_arrive() throws SQLException {
        pipeline.start();
        pipeline.source("insert into notes values (1, 'one', null)");
        pipeline.catchUp();
        pipeline.warehouse("alter table notes add check (id <> 13)");
        pipeline.transaction(
                "insert into notes values (12, 'before', null)",
                "insert into notes values (13, 'refused', null)",
                "insert into notes values (14, 'after', null)");
        pipeline.source("update notes set extra = 'later' where id = 12");
        pipeline.catchUp();

        assertThat(pipeline.warehouseValue("select string_agg(id::text, ',' order by id) from notes"))
                .isEqualTo("1,12,14");
        assertThat(pipeline.warehouseValue("select count(*) || ' ' || min(source_table) from idem.dead_letter"))
                .isEqualTo("1 notes");
        assertThat(pipeline.warehouseValue("select reason from idem.dead_letter"))
                .contains("SQLSTATE 23514")
                .doesNotContain("'refused'");
    }

    @Test
    void when_the_warehouse_refuses_everything_nothing_is_set_aside() throws SQLException {
        pipeline.start();
        pipeline.source("insert into notes values (1, 'one', null)");
        pipeline.catchUp();
        pipeline.warehouse("alter table notes add constraint none check (id < 10)");
        pipeline.source("insert into notes select g, 'row', null from generate_series(100, 140) g");
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> pipeline.warehouseValue("select count(*) from idem.parked")
                        .equals("1"));
        assertThat(pipeline.warehouseValue("select count(*) from idem.dead_letter"))
                .isEqualTo("0");

        pipeline.warehouse("alter table notes drop constraint none", "update idem.parked set retry_at = now()");
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> pipeline.warehouseValue("select count(*) from idem.parked")
                        .equals("0"));

        pipeline.assertEqual("notes");
    }

    @Test
    void columns_added_renamed_widened_and_a_renamed_key_are_followed_and_survive_a_replay() throws SQLException {
        pipeline.source("insert into notes values (1, 'one', 'x'), (2, 'two', 'y')");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source("alter table notes add column n integer", "insert into notes values (3, 'three', 'z', 3)");
        pipeline.transaction(
                "insert into notes values (4, 'four', null, 4)",
                "alter table notes rename column extra to more",
                "insert into notes (id, body, more, n) values (5, 'five', 'v', 5)");
        pipeline.source("alter table notes alter column n type bigint", "update notes set n = 5000000000 where id = 5");
        pipeline.source("alter table notes rename column id to number", "delete from notes where number = 2");
        pipeline.source("update notes set body = 'uno' where number = 1");
        pipeline.catchUp();
        pipeline.assertEqual("notes");

        pipeline.replayAll();

        pipeline.assertEqual("notes");
    }
}
