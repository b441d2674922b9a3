package dev.idem.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.idem.change.RereadRequest;
import dev.idem.change.TableId;
import dev.idem.change.Topics;
import dev.idem.publish.LogSettings;
import dev.idem.publish.RereadTail;
import dev.idem.testing.TestKafka;
import dev.idem.testing.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Tables that are read anew, or for the first time, while the stream goes on. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RereadIT {

    private final TestPostgres source = TestPostgres.start();
    private final TestPostgres warehouse = TestPostgres.start();
    private final TestKafka kafka = TestKafka.start();
    private final PipelineFixture.Servers servers = new PipelineFixture.Servers(source, warehouse, kafka);

    @AfterAll
    void stopServers() {
        servers.close();
    }

    @Test
    void table_with_a_planted_gap_is_equal_after_it_was_read_anew_under_load() throws Exception {
        try (PipelineFixture pipeline = new PipelineFixture(servers)) {
            pipeline.source(
                    "create table t (id int primary key, v int, big text)",
                    "create table heap (v int)",
                    "alter table heap replica identity full",
                    "alter table t alter column big set storage external",
                    "insert into t select i, 0, repeat('x', 5000) from generate_series(1, 2000) i",
                    "insert into heap select i % 10 from generate_series(1, 500) i");
            pipeline.start();
            pipeline.catchUp();
            pipeline.warehouse(
                    "delete from t where id % 7 = 0",
                    "update t set v = 77 where id % 11 = 0",
                    "insert into t (id, v, _idem_epoch, _idem_lsn, _idem_seq, _idem_synced_at) values (999999, 1, 1, '0/1', 0, now())",
                    "delete from heap where v = 3",
                    "insert into heap (v, _idem_epoch, _idem_lsn, _idem_seq, _idem_synced_at) values (12345, 1, '0/1', 1, now())");
            AtomicBoolean done = new AtomicBoolean();
            Thread load = load(pipeline, done);

            ask(pipeline, "t", "heap");
            awaitReread(pipeline, "t");
            awaitReread(pipeline, "heap");
            done.set(true);
            load.join();
            pipeline.catchUp();

            pipeline.assertEqual("t");
            pipeline.assertEqual("heap");
            assertThat(pipeline.warehouseValue("select count(*) from idem.dead_letter"))
                    .isEqualTo("0");
            pipeline.replayAll();
            pipeline.assertEqual("t");
            pipeline.assertEqual("heap");
        }
    }

    private static Thread load(PipelineFixture pipeline, AtomicBoolean done) {
        Thread load = new Thread(() -> {
            try (Connection connection = pipeline.sourceConnection();
                    Statement statement = connection.createStatement()) {
                for (int i = 0; !done.get(); i++) {
                    statement.execute("update t set v = v + 1 where id = " + (i % 1990 + 1));
                    statement.execute("delete from t where id = " + (2000 - i % 500));
                    statement.execute("insert into t values (" + (3000 + i) + ", 1, 'y')");
                    statement.execute("insert into heap values (" + i % 10 + ")");
                    statement.execute("delete from heap where ctid = (select ctid from heap limit 1)");
                    statement.execute("update heap set v = v + 1 where ctid = (select max(ctid) from heap)");
                }
            } catch (SQLException e) {
                throw new IllegalStateException("load", e);
            }
        });
        load.start();
        return load;
    }

    @Test
    void request_that_was_not_answered_is_answered_by_the_next_process() throws Exception {
        try (PipelineFixture pipeline = new PipelineFixture(servers)) {
            pipeline.source(
                    "create table t (id int primary key, v text)",
                    "insert into t select i, repeat('v', 500) from generate_series(1, 60000) i");
            pipeline.start();
            pipeline.catchUp();
            pipeline.warehouse("delete from t where id <= 100");
            String before = pipeline.floor("t");

            ask(pipeline, "t");
            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> pipeline.sourceValue(
                                    "select count(*) from pg_replication_slots where slot_name like '%_reread_%'")
                            .equals("1"));
            pipeline.stop();
            assertThat(pipeline.floor("t")).as("it was stopped in time").isEqualTo(before);
            pipeline.source("delete from t where id between 101 and 200");
            pipeline.start();
            pipeline.catchUp();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> !pipeline.floor("t").equals(before));

            pipeline.assertEqual("t");
        }
    }

    @Test
    void new_tables_arrive_whole_and_go_on() throws Exception {
        try (PipelineFixture pipeline = new PipelineFixture(servers)) {
            pipeline.source("create table old (id int primary key)", "insert into old values (1)");
            pipeline.start();
            pipeline.catchUp();

            pipeline.source(
                    "create table young (id int primary key, v text)",
                    "insert into young select i, E'tab\\t \\\\ \\n ' || i from generate_series(1, 1000) i",
                    "create table heap (v text)",
                    "insert into heap select 'same' from generate_series(1, 30)",
                    "create table bare ()",
                    "insert into bare default values");
            awaitReread(pipeline, "young");
            awaitReread(pipeline, "heap");
            pipeline.source(
                    "update young set v = null where id = 5",
                    "delete from young where id = 6",
                    "insert into heap values ('other')",
                    "insert into old values (2)");
            pipeline.catchUp();

            pipeline.assertEqual("young");
            pipeline.assertEqual("heap");
            pipeline.assertEqual("old");
        }
    }

    @Test
    void table_that_was_dropped_and_made_again_holds_the_new_rows() throws Exception {
        try (PipelineFixture pipeline = new PipelineFixture(servers)) {
            pipeline.source("create table t (id int primary key, v text)", "insert into t values (1, 'a'), (2, 'b')");
            pipeline.start();
            pipeline.catchUp();
            String before = pipeline.floor("t");

            pipeline.source(
                    "drop table t",
                    "create table t (id int primary key, v text)",
                    "insert into t values (2, 'new'), (3, 'c')");
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> !pipeline.floor("t").equals(before));
            pipeline.source("insert into t values (4, 'd')");
            pipeline.catchUp();

            pipeline.assertEqual("t");
        }
    }

    @Test
    void publication_for_all_tables_needs_nothing_added() throws Exception {
        try (PipelineFixture pipeline = new PipelineFixture(servers)) {
            pipeline.source(
                    "create table t (id int primary key)",
                    "insert into t values (1)",
                    "create publication idem_" + pipeline.name() + " for all tables with (publish_via_partition_root)");
            pipeline.start();
            pipeline.catchUp();
            pipeline.source("create table u (id int primary key)", "insert into u values (1)");
            awaitReread(pipeline, "u");
            pipeline.source("insert into u values (2)");
            pipeline.catchUp();

            pipeline.assertEqual("t");
            pipeline.assertEqual("u");
        }
    }

    @Test
    void column_list_and_row_filter_hold_for_what_is_read_too() throws Exception {
        org.junit.jupiter.api.Assumptions.assumeTrue(Integer.parseInt(dev.idem.testing.PostgresVersions.first()) >= 15);
        try (PipelineFixture pipeline = new PipelineFixture(servers)) {
            pipeline.source(
                    "create table t (id int primary key, secret text, v text)",
                    "insert into t values (1, 's', 'a'), (100, 's', 'b')",
                    "create publication idem_" + pipeline.name()
                            + " for table t (id, v) where (id < 50) with (publish_via_partition_root)");
            pipeline.start();
            pipeline.catchUp();
            pipeline.source("insert into t values (2, 's', 'c'), (101, 's', 'd')");
            pipeline.catchUp();
            String before = pipeline.floor("t");
            ask(pipeline, "t");
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> !pipeline.floor("t").equals(before));

            assertThat(pipeline.warehouseValue("select string_agg(id || v, ' ' order by id) from t"))
                    .isEqualTo("1a 2c");
            assertThat(pipeline.warehouseValue(
                            "select count(*) from pg_attribute where attrelid = 't'::regclass and attname = 'secret'"))
                    .isEqualTo("0");
            assertThat(pipeline.verify().isEqual())
                    .as("what is not published is not compared")
                    .isTrue();
            pipeline.warehouse("insert into t (id, v, _idem_epoch, _idem_lsn, _idem_seq, _idem_synced_at)"
                    + " values (100, 'b', 0, '0/0', 0, now())");
            assertThat(pipeline.repair().isEqual())
                    .as("a row that is not published goes")
                    .isTrue();
            assertThat(pipeline.warehouseValue("select string_agg(id || v, ' ' order by id) from t"))
                    .isEqualTo("1a 2c");
        }
    }

    private void ask(PipelineFixture pipeline, String... tables) {
        LogSettings log = new LogSettings(
                Map.of("bootstrap.servers", kafka.bootstrapServers()), Map.of(), 1, (short) 1, Duration.ofDays(1));
        RereadTail.ask(
                log,
                new Topics(pipeline.name()),
                List.of(tables).stream()
                        .map(table -> new RereadRequest(new TableId("public", table), "a test asks"))
                        .toList());
    }

    private static void awaitReread(PipelineFixture pipeline, String table) {
        String snapshot = pipeline.warehouseValue(FIRST_FLOOR);
        await().atMost(Duration.ofSeconds(60))
                .ignoreExceptions()
                .until(() -> !pipeline.floor(table).isEmpty()
                        && !pipeline.floor(table).equals(snapshot));
    }

    private static final String FIRST_FLOOR = "select min(floor_lsn)::text from idem.target where floor_epoch > 0";
}
