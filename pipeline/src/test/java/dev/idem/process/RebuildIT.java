package dev.idem.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.idem.apply.RebuildWriter;
import dev.idem.apply.ReplayWriter;
import dev.idem.change.TableId;
import dev.idem.control.RebuildResult;
import dev.idem.replay.LogPosition;
import dev.idem.replay.Rebuild;
import dev.idem.replay.Replay;
import dev.idem.replay.ReplayListener;
import dev.idem.replay.ReplayRequest;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tables derived afresh from the log, beside a pipeline that goes on streaming. */
class RebuildIT extends PipelinePerTest {

    private static final ReplayListener UNTOLD = progress -> {};
    private static final long PAUSE_MS = 20;
    private static final List<String> TABLES = List.of("account", "doc", "heap", "renamed");
    private static final String LEFTOVERS = "select (select count(*) from pg_class where relname ~ '^rebuild_[0-9]')"
            + " + (select count(*) from idem.target where pipeline like '% rebuild')";

    @BeforeEach
    void open() throws SQLException {
        pipeline.source(
                "create table account (id int primary key, owner text unique, balance numeric)",
                "insert into account select i, 'o' || i, i from generate_series(1, 50) i",
                "create table doc (id int primary key, note text, body text, data json)",
                "alter table doc alter column body set storage external",
                "insert into doc select i, 'new', repeat('x', 4000), '{\"a\": 1}' from generate_series(1, 20) i",
                "create table heap (v int)",
                "alter table heap replica identity full",
                "insert into heap select i % 5 from generate_series(1, 60) i",
                "create table before_rename (id int primary key, note text)",
                "insert into before_rename select i, 'n' from generate_series(1, 20) i");
        pipeline.start();
        pipeline.catchUp();
    }

    @Test
    void rebuild_under_load_mends_what_was_done_by_hand_and_what_hangs_on_the_tables_stays() throws Exception {
        String floor = pipeline.floor("before_rename");
        pipeline.source(
                "delete from before_rename where id <= 5",
                "alter table before_rename rename to renamed",
                "insert into renamed values (100, 'later')",
                "alter table doc add column added int default 7");
        pipeline.source("update doc set note = 'touched' where id = 3");
        pipeline.catchUp();
        pipeline.awaitThat(() -> !pipeline.floor("renamed").isEmpty());
        pipeline.awaitFloorAbove("renamed", floor);
        pipeline.source("delete from renamed where id = 6");
        pipeline.catchUp();
        pipeline.warehouse(
                "create view rich as select * from account where balance > 10",
                "create role r" + pipeline.name(),
                "grant select (id) on account to r" + pipeline.name(),
                "create unique index owners on account (owner)",
                "create table bill (account int references account on delete cascade)",
                "insert into bill values (1), (2)",
                "alter table doc add column remark text",
                "update doc set remark = 'ours' where id in (3, 4)");
        String oid = pipeline.warehouseValue("select 'account'::regclass::oid");
        CountDownLatch done = new CountDownLatch(1);
        long seed = Long.getLong("idem.test.seed", System.nanoTime());
        CompletableFuture<Void> load = CompletableFuture.runAsync(() -> load(done, new Random(seed)));
        try {
            pipeline.warehouse(
                    "update account set owner = 'nobody', balance = -1, _idem_lsn = 'FF/0' where id = 50",
                    "delete from account where id = 49",
                    "insert into account values (1000, 'somebody', 1, 1, '0/1', 1, now())",
                    "update doc set body = 'short' where id = 4",
                    "delete from doc where id = 20",
                    "update heap set v = 77 where ctid = (select min(ctid) from heap)",
                    "insert into heap values (78, 1, '0/1', 99, now())",
                    "delete from renamed where id = 100",
                    "insert into renamed values (6, 'back', 1, '0/1', 1, now())");
            for (String table : TABLES) {
                RebuildResult rehearsed = run(table, Rebuild.Mode.DRY_RUN).orElseThrow();
                assertThat(rehearsed.rebuilt().changed())
                        .as("seed %d, %s", seed, rehearsed)
                        .isPositive();
                RebuildResult result = run(table, Rebuild.Mode.SWAP).orElseThrow();
                assertThat(result.rebuilt().changed())
                        .as("seed %d, %s after %s", seed, result, rehearsed)
                        .isGreaterThanOrEqualTo(2);
                assertThat(run(table, Rebuild.Mode.SWAP).orElseThrow().rebuilt().changed())
                        .as("seed %d, %s again", seed, table)
                        .isZero();
            }
        } finally {
            done.countDown();
        }
        load.join();

        pipeline.assertEqualAndReplayable("account", "doc", "heap", "renamed");
        assertThat(pipeline.warehouseValue("select 'account'::regclass::oid")).isEqualTo(oid);
        assertThat(pipeline.warehouseValue("select count(*) from bill")).isEqualTo("2");
        assertThat(pipeline.warehouseValue("select count(*) > 0 from rich")).isEqualTo("t");
        assertThat(pipeline.warehouseValue(
                        "select has_column_privilege('r" + pipeline.name() + "', 'account', 'id', 'select')"))
                .isEqualTo("t");
        assertThat(pipeline.warehouseValue(
                        "select string_agg(id::text, ',' order by id) from doc where remark = 'ours'"))
                .isEqualTo("3,4");
        assertThat(pipeline.warehouseValue(LEFTOVERS)).isEqualTo("0");
    }

    @Test
    void what_the_log_does_not_hold_is_refused_by_name_and_a_reading_anew_makes_it_good() throws Exception {
        String floor = pipeline.floor("account");
        forget(pipeline.log().topics().of(table("account")));
        assertRefused("account", "public.account", "read whole or emptied last, at " + floor, "./idem resync");

        pipeline.source("truncate account");
        pipeline.source("insert into account values (7, 'o7', 7)");
        pipeline.catchUp();
        pipeline.warehouse("delete from account");
        RebuildResult sinceTruncate = run("account", Rebuild.Mode.SWAP).orElseThrow();
        assertThat(sinceTruncate.fromCut()).isGreaterThan(1);
        assertThat(sinceTruncate.rebuilt().missing()).isOne();
        pipeline.assertEqual("account");

        pipeline.warehouse("alter table account add constraint small check (balance < 1000)");
        pipeline.source("insert into account values (8, 'o8', 5000)");
        pipeline.catchUp();
        RebuildResult withoutLetter = run("account", Rebuild.Mode.SWAP).orElseThrow();
        assertThat(withoutLetter.rebuilt().rows()).isOne();
        assertThat(withoutLetter.rebuilt().changed()).isZero();
        assertThat(pipeline.warehouseValue("select count(*) from idem.dead_letter"))
                .isEqualTo("1");

        compact(pipeline.log().topics().of(table("doc")));
        assertRefused("doc", "compacted", pipeline.name() + ".public.doc");
        pipeline.warehouse("insert into idem.paused_table values ('" + pipeline.name() + "', 'public', 'heap')");
        pipeline.awaitThat(() ->
                pipeline.warehouseValue("select count(*) from idem.parked").equals("1"));
        assertThatThrownBy(() -> chosen("heap"))
                .hasMessageContaining("public.heap")
                .hasMessageContaining("parked");
        assertThatThrownBy(() -> chosen("nowhere")).hasMessageContaining("public.nowhere");
        try (RebuildWriter held = pipeline.rebuildWriter()) {
            assertThat(held.progress().cut()).isPositive();
            assertThatThrownBy(pipeline::rebuildWriter).hasMessageContaining("another rebuild");
        }
        stopReplayInTheMiddle("before_rename");
        assertRefused("before_rename", "replay ", "--cancel");
        assertThat(pipeline.warehouseValue(LEFTOVERS)).isEqualTo("0");
    }

    @Test
    void failure_in_the_middle_leaves_the_table_as_it_was_and_the_next_rebuild_clears_up() throws Exception {
        pipeline.warehouse("delete from account where id = 1", "update account set balance = -1 where id = 2");
        String damaged = content();
        ReplayListener killer = progress -> killSession();

        assertThatThrownBy(() -> run("account", Rebuild.Mode.SWAP, killer)).hasMessageContaining("SQLSTATE");
        assertThat(content()).isEqualTo(damaged);
        assertThat(pipeline.warehouseValue(LEFTOVERS)).isNotEqualTo("0");

        pipeline.warehouse(
                "create function refuse() returns trigger language plpgsql as"
                        + " $$ begin if new.id = 1 then raise exception 'no'; end if; return new; end $$",
                "create trigger refuse before insert on account for each row execute function refuse()",
                "alter table account enable always trigger refuse");
        assertThatThrownBy(() -> run("account", Rebuild.Mode.SWAP)).hasMessageContaining("public.account");
        assertThat(content()).isEqualTo(damaged);

        pipeline.warehouse("drop trigger refuse on account");
        AtomicReference<Rebuild> running = new AtomicReference<>();
        try (RebuildWriter writer = pipeline.rebuildWriter()) {
            Rebuild rebuild = new Rebuild(
                    pipeline.log(),
                    writer,
                    progress -> Objects.requireNonNull(running.get()).stop());
            running.set(rebuild);
            assertThat(rebuild.run(table("account"), Rebuild.Mode.SWAP)).isEmpty();
        }
        assertThat(content()).isEqualTo(damaged);
        assertThat(pipeline.warehouseValue(LEFTOVERS)).isEqualTo("0");

        // Another row took the value that is unique: the two can only be put right together.
        pipeline.warehouse(
                "create unique index owners on account (owner)",
                "update account set owner = 'aside' where id = 3",
                "update account set owner = 'o3' where id = 4",
                "update account set owner = 'o4' where id = 3");
        RebuildResult result = run("account", Rebuild.Mode.SWAP).orElseThrow();
        assertThat(result.rebuilt().missing()).isOne();
        assertThat(result.rebuilt().differing()).isEqualTo(3);
        assertThat(result.rebuilt().extra()).isZero();
        pipeline.assertEqualAndReplayable("account");
    }

    private String content() {
        return pipeline.warehouseValue("select string_agg(account::text, ',' order by id) from account");
    }

    private void killSession() {
        pipeline.warehouseValue("select pg_terminate_backend(pid) from pg_stat_activity"
                + " where datname = current_database() and application_name like '%rebuild%'");
    }

    private void assertRefused(String table, String... reasons) {
        assertThatThrownBy(() -> run(table, Rebuild.Mode.SWAP)).satisfies(refusal -> {
            for (String reason : reasons) {
                assertThat(refusal).hasMessageContaining(reason);
            }
        });
    }

    private void stopReplayInTheMiddle(String table) {
        try (ReplayWriter writer = pipeline.replayWriter()) {
            AtomicReference<Replay> running = new AtomicReference<>();
            Replay replay = new Replay(
                    pipeline.log(),
                    writer,
                    Clock.systemUTC(),
                    progress -> Objects.requireNonNull(running.get()).stop());
            running.set(replay);
            replay.run(new ReplayRequest(
                    new LogPosition.Beginning(), Optional.empty(), List.of(table(table)), OptionalLong.of(5)));
        }
    }

    private void chosen(String table) {
        try (RebuildWriter writer = pipeline.rebuildWriter()) {
            writer.chosen(List.of(table(table)));
        }
    }

    private Optional<RebuildResult> run(String table, Rebuild.Mode mode) {
        return run(table, mode, UNTOLD);
    }

    private Optional<RebuildResult> run(String table, Rebuild.Mode mode, ReplayListener listener) {
        try (RebuildWriter writer = pipeline.rebuildWriter()) {
            return new Rebuild(pipeline.log(), writer, listener).run(table(table), mode);
        }
    }

    private static TableId table(String name) {
        return new TableId("public", name);
    }

    private static void forget(String topic) throws Exception {
        try (Admin admin = admin()) {
            for (var description :
                    admin.describeTopics(List.of(topic)).allTopicNames().get().values()) {
                for (var partition : description.partitions()) {
                    admin.deleteRecords(Map.of(
                                    new TopicPartition(topic, partition.partition()), RecordsToDelete.beforeOffset(-1)))
                            .all()
                            .get();
                }
            }
        }
    }

    private static void compact(String topic) throws Exception {
        try (Admin admin = admin()) {
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.TOPIC, topic),
                            List.of(new AlterConfigOp(
                                    new ConfigEntry("cleanup.policy", "compact"), AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
        }
    }

    private static Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", servers.kafka().bootstrapServers()));
    }

    /** Transfers, key changes with large values, equal rows, deletes, truncates. */
    private void load(CountDownLatch done, Random random) {
        try (Connection connection = pipeline.sourceConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (int i = 1; !done.await(PAUSE_MS, TimeUnit.MILLISECONDS); i++) {
                int account = 3 + random.nextInt(40);
                int doc = 5 + random.nextInt(15);
                statement.execute("update account set balance = balance + 1 where id = " + account);
                statement.execute("delete from account where id = " + (account + 200));
                statement.execute("insert into account values (" + (account + 200) + ", 'p" + i + "', 0)");
                connection.commit();
                statement.execute("update doc set note = 'n" + i + "' where id = " + doc);
                statement.execute("update doc set id = id + 1000 where id = " + doc);
                statement.execute("update doc set id = id - 1000 where id = " + (1000 + doc));
                statement.execute("insert into heap values (" + random.nextInt(5) + ")");
                statement.execute("delete from heap where ctid = (select min(ctid) from heap)");
                statement.execute("insert into renamed values (" + (200 + i) + ", 'n')");
                statement.execute("delete from renamed where id = " + (200 + i - 5));
                connection.commit();
            }
        } catch (SQLException | InterruptedException e) {
            throw new IllegalStateException("load", e);
        }
    }
}
