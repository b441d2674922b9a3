package dev.idem.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.idem.apply.ReplayWriter;
import dev.idem.change.Cut;
import dev.idem.change.Lsn;
import dev.idem.change.TableId;
import dev.idem.consume.CutIndex;
import dev.idem.consume.PositionedCut;
import dev.idem.control.ReplayCount;
import dev.idem.replay.CutFinder;
import dev.idem.replay.LogPosition;
import dev.idem.replay.LogView;
import dev.idem.replay.Replay;
import dev.idem.replay.ReplayListener;
import dev.idem.replay.ReplayProgress;
import dev.idem.replay.ReplayRequest;
import dev.idem.replay.TableHolding;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Replays beside a pipeline that goes on streaming.
 *
 * <p>The long form: {@code -Didem.replay.rewinds=500 -Didem.replay.beginnings=20}; {@code -Didem.test.seed} repeats
 * one.
 */
class ReplayIT extends PipelinePerTest {

    private static final int REWINDS = Integer.getInteger("idem.replay.rewinds", 10);
    private static final int BEGINNINGS = Integer.getInteger("idem.replay.beginnings", 2);
    private static final int ACCOUNTS = 50;
    private static final long PAUSE_MS = 40;
    private static final ReplayListener UNTOLD = progress -> {};

    @BeforeEach
    void open() throws SQLException {
        pipeline.source(
                "create table account (id int primary key, balance int, turn bigint)",
                "insert into account select i, 100, 0 from generate_series(1, " + ACCOUNTS + ") i",
                "create table passing (id int primary key, note text)",
                "create table doc (id int primary key, note text, body text)",
                "alter table doc alter column body set storage external",
                "insert into doc select i, 'new', repeat('x', 4000) from generate_series(1, 20) i",
                "create table heap (v int)",
                "alter table heap replica identity full",
                "insert into heap select i % 5 from generate_series(1, 60) i",
                "create table scratch (id int primary key)");
        pipeline.start();
        pipeline.catchUp();
    }

    @Test
    void rewinds_under_load_change_nothing_and_nobody_sees_anything_worse_in_between() throws Exception {
        long seed = Long.getLong("idem.test.seed", System.nanoTime());
        Random random = new Random(seed);
        CountDownLatch done = new CountDownLatch(1);
        CompletableFuture<Void> load = CompletableFuture.runAsync(() -> load(done, new Random(seed)));
        Observer observer = new Observer();
        CompletableFuture<Void> looks = CompletableFuture.runAsync(() -> observer.watch(done));
        try {
            for (int i = 0; i < BEGINNINGS + REWINDS; i++) {
                LogPosition from = i < BEGINNINGS
                        ? new LogPosition.Beginning()
                        : new LogPosition.AtCut(1 + random.nextInt((int) appliedCut()));
                ReplayProgress end = replay(request(from));

                assertThat(end.isWhole()).as("seed %d, %s: %s", seed, from, end).isTrue();
                assertThat(end.changed()).as("seed %d, %s: %s", seed, from, end).isZero();
            }
        } finally {
            done.countDown();
        }
        load.join();
        looks.join();
        pipeline.catchUp();

        assertThat(observer.violation.get())
                .as("seed %d, what a reader of the warehouse saw", seed)
                .isNull();
        assertThat(observer.looks.get()).isPositive();
        assertEqual();
        assertThat(pipeline.warehouseValue("select count(*) from idem.dead_letter"))
                .isEqualTo("0");
    }

    @Test
    void rehearsal_tells_what_is_damaged_and_a_replay_mends_it_without_undoing_what_is_newer() throws Exception {
        pipeline.source(
                "insert into passing select i, 'n' from generate_series(1, 100) i",
                "delete from passing where id <= 50",
                "update doc set note = 'touched' where id = 3");
        pipeline.catchUp();
        String before = fingerprint();
        pipeline.warehouse(
                "delete from passing where id = 60",
                "delete from heap where ctid = (select min(ctid) from heap)",
                "update account set balance = 1, _idem_lsn = '0/1' where id = 7",
                "delete from doc where id = 3");
        String damaged = fingerprint();

        ReplayProgress rehearsed = rehearse(request(new LogPosition.Beginning()));
        assertThat(fingerprint()).isEqualTo(damaged);
        ReplayProgress end = replay(request(new LogPosition.Beginning()));

        assertThat(changes(rehearsed)).isEqualTo(changes(end));
        assertThat(end.changed()).isPositive();
        assertThat(end.isWhole()).isTrue();
        assertThat(fingerprint()).isEqualTo(before);
        assertEqual();
        assertThat(replay(request(new LogPosition.Beginning())).changed()).isZero();
    }

    @Test
    void replay_that_was_stopped_goes_on_where_it_was_and_holds_its_tables() throws Exception {
        pipeline.source("insert into passing select i, 'n' from generate_series(1, 3000) i");
        pipeline.catchUp();
        TableId passing = new TableId("public", "passing");
        ReplayRequest slow =
                new ReplayRequest(new LogPosition.AtCut(1), Optional.empty(), List.of(passing), OptionalLong.of(2_000));
        ReplayProgress stopped;
        try (ReplayWriter writer = writer()) {
            AtomicReference<Replay> running = new AtomicReference<>();
            Replay replay = new Replay(
                    log(),
                    writer,
                    Clock.systemUTC(),
                    progress -> Objects.requireNonNull(running.get()).stop());
            running.set(replay);
            stopped = replay.run(slow);

            assertThatThrownBy(() -> replay(request(new LogPosition.Beginning())))
                    .hasMessageContaining("replay " + stopped.id())
                    .hasMessageContaining("public.passing");
        }
        assertThat(stopped.state()).isEqualTo(ReplayProgress.State.STOPPED);
        assertThat(stopped.seen()).isBetween(1L, 2999L);
        assertThatThrownBy(() -> replay(request(new LogPosition.Beginning())))
                .hasMessageContaining("--resume")
                .hasMessageContaining("--cancel " + stopped.id());

        ReplayProgress end = replay(slow);

        assertThat(end.id()).isEqualTo(stopped.id());
        assertThat(end.seen()).isEqualTo(3000);
        assertThat(end.tables().get(passing)).isEqualTo(new ReplayCount(3000, 0, 0, null));
        assertThat(pipeline.warehouseValue("select count(*) from idem.replay where state = 'running'"))
                .isEqualTo("0");
    }

    @Test
    void positions_are_found_by_number_lsn_and_time_and_only_what_is_named_is_read() throws Exception {
        pipeline.source("insert into passing values (1, 'a')");
        pipeline.catchUp();
        String lsn = pipeline.sourceValue("select pg_current_wal_insert_lsn()");
        Instant between = Instant.parse(pipeline.sourceValue(
                "select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"));
        pipeline.source("insert into passing values (2, 'b')", "insert into scratch values (1)");
        pipeline.catchUp();

        try (CutIndex index = log().index()) {
            CutFinder finder = new CutFinder(index, Clock.systemUTC());
            PositionedCut byLsn = finder.find(new LogPosition.AtLsn(Lsn.parse(lsn)));
            PositionedCut byTime = finder.find(new LogPosition.AtTime(between));
            assertThat(byLsn.cut().commitLsn()).isGreaterThanOrEqualTo(Lsn.parse(lsn));
            assertThat(Objects.requireNonNull(byTime.cut().commitTime())).isAfterOrEqualTo(between);
            assertThat(finder.find(new LogPosition.AtCut(byTime.cut().number())))
                    .isEqualTo(byTime);
            assertThat(index.youngest(3))
                    .hasSize(3)
                    .last()
                    .satisfies(cut -> assertThat(cut.cut().number())
                            .isGreaterThanOrEqualTo(byTime.cut().number()));
            assertThat(index.oldest().map(PositionedCut::cut).map(Cut::number)).contains(1L);
        }
        for (LogPosition from : List.of(new LogPosition.AtLsn(Lsn.parse(lsn)), new LogPosition.AtTime(between))) {
            ReplayProgress end = replay(request(from));
            assertThat(seen(end)).as("%s", from).isEqualTo(Map.of("passing", 1L, "scratch", 1L));
        }
        ReplayProgress one = replay(new ReplayRequest(
                new LogPosition.AtCut(1),
                Optional.of(new LogPosition.AtTime(between.minusSeconds(1))),
                List.of(new TableId("public", "account")),
                OptionalLong.empty()));
        assertThat(seen(one)).isEqualTo(Map.of("account", (long) ACCOUNTS));
    }

    @Test
    void what_cannot_be_replayed_is_refused_with_the_reason_and_the_stream_goes_on() throws Exception {
        assertThatThrownBy(() -> replay(new ReplayRequest(
                        new LogPosition.Beginning(),
                        Optional.empty(),
                        List.of(new TableId("public", "nowhere")),
                        OptionalLong.empty())))
                .hasMessageContaining("public.nowhere")
                .hasMessageContaining("public.account");
        assertThatThrownBy(() ->
                        replay(request(new LogPosition.AtTime(Instant.now().plus(Duration.ofHours(1))))))
                .hasMessageContaining("future");
        assertThatThrownBy(() -> replay(request(new LogPosition.AtLsn(Lsn.parse("FFFF/0")))))
                .hasMessageContaining("the log ends at");
        assertThatThrownBy(() -> replay(request(new LogPosition.AtCut(1_000_000))))
                .hasMessageContaining("the log ends with cut");

        pipeline.source("insert into passing values (1, 'a')");
        pipeline.catchUp();
        forget(log().topics().of(new TableId("public", "account")));
        assertThatThrownBy(() -> replay(request(new LogPosition.AtCut(1))))
                .hasMessageContaining("public.account")
                .hasMessageContaining("no longer holds")
                .hasMessageContaining("--from cut:");
        ReplayProgress rest = replay(request(new LogPosition.Beginning()));
        assertThat(rest.isWhole()).isTrue();
        assertThat(rest.fromCut()).isGreaterThan(1);
        pipeline.source("update account set turn = turn + 1 where id = 1");
        pipeline.catchUp();
        try (CutIndex index = log().index()) {
            TableHolding holding = TableHolding.of(List.of(new TableId("public", "account")), log(), index)
                    .get(0);
            assertThat(holding.wholeFrom().orElseThrow()).isGreaterThan(rest.fromCut());
        }

        forget(log().topics().progress());
        pipeline.source("insert into passing values (2, 'b')");
        pipeline.catchUp();
        assertThatThrownBy(() -> replay(request(new LogPosition.AtCut(1)))).hasMessageContaining("no longer holds");
        assertThatThrownBy(() -> replay(request(new LogPosition.AtLsn(Lsn.parse("0/1")))))
                .hasMessageContaining("no longer holds");
        assertThatThrownBy(() -> replay(request(new LogPosition.AtTime(Instant.EPOCH))))
                .hasMessageContaining("no longer holds");
        assertEqual();
    }

    private static Map<String, Long> changes(ReplayProgress end) {
        Map<String, Long> changes = new HashMap<>();
        end.tables().forEach((table, count) -> changes.put(table.name(), count.changed()));
        return changes;
    }

    private static Map<String, Long> seen(ReplayProgress end) {
        Map<String, Long> seen = new HashMap<>();
        end.tables().forEach((table, count) -> {
            if (count.seen() > 0) {
                seen.put(table.name(), count.seen());
            }
        });
        return seen;
    }

    /** Lets the log forget what a topic holds, as retention does. */
    private static void forget(String topic) throws Exception {
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", servers.kafka().bootstrapServers()))) {
            Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
            admin.describeTopics(List.of(topic)).allTopicNames().get().values().stream()
                    .flatMap(description -> description.partitions().stream())
                    .forEach(partition -> all.put(
                            new TopicPartition(topic, partition.partition()), RecordsToDelete.beforeOffset(-1)));
            admin.deleteRecords(all).all().get();
        }
    }

    private static ReplayRequest request(LogPosition from) {
        return new ReplayRequest(from, Optional.empty(), List.of(), OptionalLong.empty());
    }

    private ReplayProgress replay(ReplayRequest request) {
        try (ReplayWriter writer = writer()) {
            return new Replay(log(), writer, Clock.systemUTC(), UNTOLD).run(request);
        }
    }

    private ReplayProgress rehearse(ReplayRequest request) {
        try (ReplayWriter writer = writer()) {
            return new Replay(log(), writer, Clock.systemUTC(), UNTOLD).rehearse(request);
        }
    }

    private LogView log() {
        return pipeline.log();
    }

    private ReplayWriter writer() {
        return pipeline.replayWriter();
    }

    private long appliedCut() {
        return Long.parseLong(pipeline.warehouseValue("select cut from idem.progress"));
    }

    private void assertEqual() {
        for (String table : List.of("account", "passing", "doc", "heap", "scratch")) {
            pipeline.assertEqual(table);
        }
    }

    /** What the tables hold in the columns of the source. */
    private String fingerprint() {
        return pipeline.warehouseValue("""
                select md5(
                  (select string_agg((id, balance, turn)::text, ',' order by id) from account)
                  || (select string_agg((id, note)::text, ',' order by id) from passing)
                  || (select string_agg((id, note, body)::text, ',' order by id) from doc)
                  || (select string_agg(v::text, ',' order by v) from heap))""");
    }

    /** Transfers, passing rows that never come back, key changes with large values, equal rows, truncates. */
    private void load(CountDownLatch done, Random random) {
        try (Connection connection = pipeline.sourceConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (int i = 1; !done.await(PAUSE_MS, TimeUnit.MILLISECONDS); i++) {
                int amount = random.nextInt(10);
                int doc = 1 + random.nextInt(20);
                statement.execute("update account set balance = balance - " + amount + ", turn = turn + 1 where id = "
                        + (1 + random.nextInt(ACCOUNTS)));
                statement.execute("update account set balance = balance + " + amount + ", turn = turn + 1 where id = "
                        + (1 + random.nextInt(ACCOUNTS)));
                connection.commit();
                statement.execute("insert into passing values (" + i + ", 'n')");
                statement.execute("delete from passing where id = " + (i - 5));
                connection.commit();
                statement.execute("update doc set note = 'n" + i + "' where id = " + doc);
                statement.execute("update doc set id = id + 1000 where id = " + doc);
                statement.execute("update doc set id = id - 1000 where id = " + (1000 + doc));
                statement.execute("insert into heap values (" + random.nextInt(5) + ")");
                statement.execute("delete from heap where ctid = (select min(ctid) from heap)");
                statement.execute(i % 20 == 0 ? "truncate scratch" : "insert into scratch values (" + i + ")");
                connection.commit();
            }
        } catch (SQLException | InterruptedException e) {
            throw new IllegalStateException("load", e);
        }
    }

    /** Reads the warehouse all the time: the bank adds up, no row goes back, and none comes back. */
    private final class Observer {
        private final AtomicReference<String> violation = new AtomicReference<>();
        private final Map<Integer, Long> turns = new HashMap<>();
        private int oldestPassing;
        private final AtomicLong looks = new AtomicLong();

        void watch(CountDownLatch done) {
            try (Connection connection = pipeline.warehouseConnection();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
                while (done.getCount() > 0 && violation.get() == null) {
                    look(statement);
                    connection.rollback();
                    looks.incrementAndGet();
                }
            } catch (SQLException e) {
                violation.set("looking failed: " + e.getMessage());
            }
        }

        private void look(Statement statement) throws SQLException {
            long sum = 0;
            int rows = 0;
            try (ResultSet row = statement.executeQuery("select id, balance, turn from account")) {
                while (row.next()) {
                    rows++;
                    sum += row.getLong(2);
                    Long before = turns.put(row.getInt(1), row.getLong(3));
                    require(before == null || before <= row.getLong(3), "account " + row.getInt(1) + " went back");
                }
            }
            require(rows == ACCOUNTS && sum == 100L * ACCOUNTS, rows + " accounts with " + sum);
            try (ResultSet row = statement.executeQuery("select min(id) from passing")) {
                row.next();
                int oldest = row.getInt(1);
                require(oldest == 0 || oldest >= oldestPassing, "row " + oldest + " came back");
                oldestPassing = Math.max(oldestPassing, oldest);
            }
            try (ResultSet row = statement.executeQuery(
                    "select count(*), count(*) filter (where body is null or id > 1000) from doc")) {
                row.next();
                require(row.getInt(1) == 20 && row.getInt(2) == 0, "docs: " + row.getInt(1) + ", " + row.getInt(2));
            }
            try (ResultSet row = statement.executeQuery("select count(*) from heap")) {
                row.next();
                require(row.getInt(1) == 60, "heap: " + row.getInt(1));
            }
        }

        private void require(boolean holds, String what) {
            if (!holds) {
                violation.compareAndSet(null, what);
            }
        }
    }
}
