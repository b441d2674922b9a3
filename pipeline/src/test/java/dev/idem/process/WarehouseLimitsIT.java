package dev.idem.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What persons and limits do to a warehouse: the sink waits and says why, and goes on by itself when it has passed. */
class WarehouseLimitsIT extends PipelinePerTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private String role;

    @BeforeEach
    void makeRole() throws SQLException {
        role = "sink_" + pipeline.name();
        pipeline.warehouse(
                "create role " + role + " login password 'sink'",
                "grant create on database " + pipeline.name() + " to " + role,
                "grant create, usage on schema public to " + role);
        pipeline.with("warehouse.user", role).with("warehouse.password", "sink");
        pipeline.source(
                "create table notes (id bigint primary key, body text)",
                "create table marks (id bigint primary key, value int)",
                "insert into notes values (1, 'one')",
                "insert into marks values (1, 0), (2, 0)");
    }

    @Test
    @DisplayName(
            "trap 48: a warehouse that is read-only, has no connection left or takes the rights away is waited for")
    void warehouse_that_takes_nothing_is_waited_for() throws SQLException {
        Pipeline running = pipeline.start();
        pipeline.catchUp();

        waitsWhile(running, "alter role " + role + " set default_transaction_read_only = on", "read-only transaction");
        pipeline.warehouse("alter role " + role + " reset default_transaction_read_only");
        endSessions();
        pipeline.catchUp();

        waitsWhile(running, "alter role " + role + " connection limit 0", "too many connections");
        pipeline.warehouse("alter role " + role + " connection limit -1");
        pipeline.catchUp();

        waitsWhile(running, "alter table idem.progress owner to postgres", "permission denied for table progress");
        pipeline.warehouse("alter table idem.progress owner to " + role);
        pipeline.catchUp();

        assertEqualWithNothingSetAside();
    }

    @Test
    @DisplayName("trap 48: a full disk is waited for, and nothing is set aside")
    void full_disk_is_waited_for() throws SQLException {
        Pipeline running = pipeline.start();
        pipeline.catchUp();
        waitsWhile(running, """
                do $body$ begin
                  create function public.disk_full() returns trigger language plpgsql as $$
                  begin
                    raise exception 'no space left on device' using errcode = 'disk_full';
                  end $$;
                  create trigger full_disk before insert or update on public.notes execute function disk_full();
                  alter table public.notes enable always trigger full_disk;
                end $body$""", "53100");
        pipeline.warehouse("drop trigger full_disk on notes");
        pipeline.catchUp();

        assertEqualWithNothingSetAside();
    }

    @Test
    @DisplayName(
            "trap 48: timeouts and isolation that the role has been given do not keep a large batch from being applied")
    void settings_of_the_role_do_not_stand_in_the_way() throws SQLException {
        for (String setting : new String[] {
            "statement_timeout = '60ms'",
            "idle_in_transaction_session_timeout = '50ms'",
            "idle_session_timeout = '300ms'",
            "transaction_timeout = '200ms'",
            "default_transaction_isolation = 'serializable'",
            "default_transaction_deferrable = on"
        }) {
            pipeline.warehouse("do $$ begin alter role " + role + " set " + setting
                    + "; exception when undefined_object then null; end $$");
        }
        pipeline.source("insert into notes select i, repeat('x', 300) from generate_series(2, 60000) i");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source("update notes set body = body || 'y'");
        pipeline.catchUp();

        pipeline.assertEqual("notes");
        assertThat(pipeline.warehouseValue("select count(*) from idem.dead_letter"))
                .isEqualTo("0");
    }

    @Test
    @DisplayName(
            "trap 32: a client that locks rows, and runs into deadlocks with the sink, holds it up and changes nothing")
    void deadlocks_with_a_client_are_tried_again() throws Exception {
        servers.warehouse().execute("alter system set deadlock_timeout = '100ms'", "select pg_reload_conf()");
        pipeline.start();
        pipeline.catchUp();
        CountDownLatch enough = new CountDownLatch(1);
        Thread writer = worker(
                enough,
                () -> pipeline.transaction(
                        "update marks set value = value + 1 where id = 1",
                        "update notes set body = body || '.' where id = 1",
                        "update marks set value = value + 1 where id = 2"));
        Thread locker = worker(enough, this::lockBackwards);
        await().atMost(PATIENCE)
                .until(() -> Integer.parseInt(pipeline.warehouseValue(
                                "select deadlocks from pg_stat_database where datname = current_database()"))
                        >= 3);
        enough.countDown();
        writer.join();
        locker.join();
        pipeline.catchUp();

        pipeline.assertEqual("marks");
        pipeline.assertEqual("notes");
        assertThat(pipeline.warehouseValue("select count(*) from idem.dead_letter"))
                .isEqualTo("0");
    }

    @Test
    @DisplayName("trap 48: sessions ended each second at source and warehouse lose and double nothing")
    void sessions_ended_each_second_lose_and_double_nothing() throws Exception {
        pipeline.source("create table ticks (n int)");
        pipeline.start();
        pipeline.catchUp();
        CountDownLatch enough = new CountDownLatch(1);
        Thread writer = worker(
                enough,
                () -> pipeline.transaction(
                        "insert into ticks values (1), (2)",
                        "update marks set value = value + 1",
                        "update notes set body = 'n' || (random() * 1000)::int"));
        for (int round = 0; round < 8; round++) {
            writer.join(1_000);
            endSessions();
            pipeline.source("""
                    select pg_terminate_backend(pid) from pg_stat_activity
                    where datname = current_database() and (application_name ilike '%idem%' or backend_type = 'walsender')""");
        }
        enough.countDown();
        writer.join();
        pipeline.catchUp();

        pipeline.assertEqual("ticks");
        pipeline.assertEqual("marks");
        pipeline.assertEqual("notes");
        assertThat(pipeline.warehouseValue("select count(*) from idem.dead_letter"))
                .isEqualTo("0");
    }

    /** Changes the warehouse so that it takes nothing, and sees that the sink names the reason and applies nothing. */
    private void waitsWhile(Pipeline running, String change, String reason) throws SQLException {
        String cut = pipeline.warehouseValue("select cut from idem.progress");
        pipeline.warehouse(change);
        endSessions();
        pipeline.source("update notes set body = body || '+'");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(running.sink().orElseThrow().failure())
                        .isNotNull()
                        .hasMessageContaining(reason));
        assertThat(running.failure()).isEmpty();
        assertThat(pipeline.warehouseValue("select body from notes where id = 1"))
                .isNotEqualTo(pipeline.sourceValue("select body from notes where id = 1"));
        assertThat(cut).isNotEmpty();
    }

    private void endSessions() throws SQLException {
        pipeline.warehouse("select pg_terminate_backend(pid) from pg_stat_activity where usename = '" + role + "'");
    }

    /** Something done to a database, again and again. */
    @FunctionalInterface
    private interface Work {
        void run() throws SQLException;
    }

    private static Thread worker(CountDownLatch enough, Work work) {
        Thread thread = new Thread(() -> {
            while (enough.getCount() > 0) {
                try {
                    work.run();
                } catch (SQLException e) {
                    // a victim of a deadlock, or of the end of its session: it comes again
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void lockBackwards() throws SQLException {
        try (Connection connection = pipeline.warehouseConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("select from marks where id = 2 for update");
            statement.execute("select pg_sleep(0.05)");
            statement.execute("select from notes where id = 1 for update");
            statement.execute("select from marks where id = 1 for update");
            connection.rollback();
        }
    }

    private void assertEqualWithNothingSetAside() {
        pipeline.assertEqual("notes");
        assertThat(pipeline.warehouseValue("select count(*) from idem.dead_letter"))
                .isEqualTo("0");
        assertThat(pipeline.warehouseValue("select count(*) from idem.parked")).isEqualTo("0");
    }
}
