package dev.idem.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.idem.apply.Sink;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** One table that cannot go on never stops the others; after the repair it misses nothing and has nothing twice. */
class TableIsolationIT extends PipelinePerTest {

    @BeforeEach
    void fillSource() throws SQLException {
        pipeline.source(
                "create table good (id bigint primary key, body text)",
                "create table bad (id bigint primary key, body text)",
                "insert into good values (1, 'one')",
                "insert into bad values (1, 'one'), (2, 'two')");
    }

    @Test
    @DisplayName("trap 36: a table whose extension is missing waits, the others follow, and it comes back whole")
    void a_table_that_cannot_be_made_is_parked_from_its_first_event_on() throws SQLException {
        pipeline.source(
                "create extension citext",
                "create table words (id int primary key, word citext)",
                "insert into words values (1, 'One')");
        pipeline.start();
        awaitParked("words");
        pipeline.source("insert into words values (2, 'Two')", "insert into good values (2, 'two')");
        pipeline.catchUp();

        pipeline.assertEqual("good");
        pipeline.assertEqual("bad");
        assertThat(reason("words")).contains("type public.citext of the extension citext", "Remedy");

        pipeline.warehouse("create extension citext");
        resume("words");
        pipeline.assertEqual("words");
    }

    @Test
    @DisplayName("trap 36: a column dropped in the warehouse parks its table alone, also over a restart")
    void a_dropped_column_parks_its_table_and_a_restart_keeps_it_parked() throws SQLException {
        pipeline.start();
        pipeline.catchUp();
        pipeline.warehouse("alter table bad drop column body");
        changeBoth(3);
        awaitParked("bad");
        pipeline.catchUp();
        pipeline.assertEqual("good");
        pipeline.stop();
        pipeline.start();
        changeBoth(4);
        pipeline.catchUp();
        pipeline.assertEqual("good");
        assertThat(state("bad")).isEqualTo("parked");

        pipeline.warehouse("alter table bad add column body text");
        pipeline.source("update bad set body = body || '!'");
        resume("bad");
        pipeline.catchUp();
        pipeline.assertEqual("bad");
        assertThat(pipeline.replayAll()).isZero();
        assertThat(deadLetters()).isEqualTo("0");
    }

    @Test
    @DisplayName(
            "traps 31 and 36, case 124: a constraint that refuses every row of a table parks it, nothing is set aside")
    void a_table_whose_rows_are_all_refused_is_parked_and_nothing_is_set_aside() throws SQLException {
        pipeline.start();
        pipeline.catchUp();
        pipeline.warehouse("alter table bad add constraint none check (id < 10)");
        pipeline.source("insert into bad select g, 'row' from generate_series(100, 140) g");
        awaitParked("bad");
        pipeline.source("delete from bad where id = 101", "insert into good values (9, 'nine')");
        pipeline.catchUp();

        pipeline.assertEqual("good");
        assertThat(deadLetters()).isEqualTo("0");
        assertThat(reason("bad")).contains("refuses every one of 41 events");

        pipeline.warehouse("alter table bad drop constraint none");
        resume("bad");
        pipeline.assertEqual("bad");
    }

    @Test
    @DisplayName("trap 36: a right taken from one table parks it alone")
    void a_revoked_privilege_parks_its_table_alone() throws SQLException {
        String role = "keeper_" + pipeline.name();
        pipeline.warehouse(
                "create role " + role + " login password 'secret'",
                "grant create on database " + pipeline.name() + " to " + role,
                "grant create, usage on schema public to " + role);
        pipeline.with("warehouse.user", role)
                .with("warehouse.password", "secret")
                .start();
        pipeline.catchUp();
        pipeline.warehouse("revoke insert on bad from " + role);
        changeBoth(3);
        awaitParked("bad");
        pipeline.catchUp();
        pipeline.assertEqual("good");
        assertThat(reason("bad")).contains("permission denied for table bad");

        pipeline.warehouse("grant insert on bad to " + role);
        resume("bad");
        pipeline.assertEqual("bad");
    }

    @Test
    void with_dead_letter_the_events_are_set_aside_and_the_table_goes_on() throws SQLException {
        pipeline.with("apply.on-table-failure", "dead-letter").start();
        pipeline.catchUp();
        pipeline.warehouse("alter table bad rename to hidden");
        changeBoth(3);
        pipeline.catchUp();
        pipeline.assertEqual("good");
        assertThat(deadLetters()).isEqualTo("1");

        pipeline.warehouse("alter table hidden rename to bad");
        changeBoth(4);
        pipeline.catchUp();
        assertThat(pipeline.warehouseValue("select string_agg(id::text, ',' order by id) from bad"))
                .isEqualTo("1,2,4");
    }

    @Test
    void with_stop_the_whole_sink_waits() throws SQLException {
        pipeline.with("apply.on-table-failure", "stop").start();
        pipeline.catchUp();
        pipeline.warehouse("alter table bad rename to hidden");
        changeBoth(3);
        await().atMost(Duration.ofSeconds(60)).until(() -> pipeline.sinkState() == Sink.State.RETRYING);
        assertThat(state("bad")).isEqualTo("following");

        pipeline.warehouse("alter table hidden rename to bad");
        pipeline.catchUp();
        pipeline.assertEqual("bad");
    }

    @Test
    @DisplayName("trap 30: values of a unique constraint swap between rows and move to new ones")
    void unique_values_swap_and_move_between_rows() throws SQLException {
        pipeline.source(
                "create table seats (id int primary key, seat int, note text)",
                "alter table seats alter column note set storage external",
                "alter table seats add constraint one_seat unique (seat) deferrable initially deferred",
                "insert into seats select g, g, repeat('long', 2000) from generate_series(1, 6) g");
        pipeline.start();
        pipeline.catchUp();
        pipeline.warehouse("alter table seats add constraint one_seat unique (seat)");
        pipeline.transaction(
                "update seats set seat = case seat when 1 then 2 else 1 end where id in (1, 2)",
                "delete from seats where id = 3",
                "insert into seats values (0, 3, 'moved')",
                "update seats set seat = 9 where id = 4",
                "update seats set seat = 4 where id = 5",
                "update seats set seat = 5 where id = 4");
        pipeline.catchUp();

        pipeline.assertEqual("seats");
        assertThat(deadLetters()).isEqualTo("0");
        assertThat(pipeline.replayAll()).isZero();
    }

    @Test
    void foreign_keys_cascades_and_triggers_of_the_warehouse_neither_block_nor_double() throws SQLException {
        pipeline.source(
                "create table b_parents (id int primary key)",
                "create table a_children (id int primary key, parent int references b_parents on delete cascade)",
                "create table audit (id int primary key, n int)");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source("insert into audit values (1, 0)");
        pipeline.catchUp();
        pipeline.warehouse(
                "alter table a_children add foreign key (parent) references b_parents on delete cascade",
                "create function count_up() returns trigger language plpgsql as"
                        + " $$ begin update audit set n = n + 1; return new; end $$",
                "create trigger audit_children after insert on a_children for each row execute function count_up()");
        pipeline.transaction(
                "insert into b_parents values (1), (2)", "insert into a_children values (1, 1), (2, 1), (3, 2)");
        pipeline.transaction("delete from b_parents where id = 1", "insert into b_parents values (1)");
        pipeline.source("insert into a_children values (4, 1)");
        pipeline.catchUp();

        pipeline.assertEqual("a_children");
        pipeline.assertEqual("b_parents");
        pipeline.assertEqual("audit");
        assertThat(deadLetters()).isEqualTo("0");
    }

    private void changeBoth(int id) throws SQLException {
        pipeline.transaction("insert into good values (" + id + ", 'x')", "insert into bad values (" + id + ", 'x')");
    }

    private void awaitParked(String table) {
        await().atMost(Duration.ofSeconds(60))
                .ignoreExceptions()
                .until(() -> state(table).equals("parked"));
    }

    private void resume(String table) throws SQLException {
        pipeline.warehouse("update idem.parked set retry_at = now() where source_table = '" + table + "'");
        await().atMost(Duration.ofSeconds(60)).until(() -> state(table).equals("following"));
    }

    private String state(String table) {
        return pipeline.warehouseValue(
                "select coalesce((select state from idem.table_state where source_table = '" + table + "'), '')");
    }

    private String reason(String table) {
        return pipeline.warehouseValue("select reason from idem.parked where source_table = '" + table + "'");
    }

    private String deadLetters() {
        return pipeline.warehouseValue("select count(*) from idem.dead_letter");
    }
}
