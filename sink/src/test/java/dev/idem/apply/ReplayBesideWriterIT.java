package dev.idem.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.idem.change.Change;
import dev.idem.change.ColumnValue;
import dev.idem.change.Lsn;
import dev.idem.change.Row;
import dev.idem.change.RowKey;
import dev.idem.change.TableId;
import dev.idem.change.Version;
import dev.idem.consume.LogCoordinates;
import dev.idem.consume.LogEvent;
import dev.idem.consume.PositionedCut;
import dev.idem.control.ReplayCount;
import dev.idem.control.ReplayCursor;
import dev.idem.control.ReplayRecord;
import dev.idem.error.PipelineException;
import dev.idem.reduce.SourceHistory;
import dev.idem.testing.TestPostgres;
import dev.idem.warehouse.Warehouse;
import dev.idem.warehouse.WarehouseSettings;
import dev.idem.warehouse.WriterClaim;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A replay and the stream write the same rows at the same time. */
class ReplayBesideWriterIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final TableId TABLE = SourceHistory.TABLE.table();
    private static TestPostgres server;
    private static Warehouse warehouse;
    private static Warehouse replaying;
    private static int pipelines;

    private final String pipeline = "p" + ++pipelines;
    private WarehouseWriter stream;
    private ReplayWriter replay;
    private long cut;

    @BeforeAll
    static void startServer() {
        server = TestPostgres.start();
        WarehouseSettings settings =
                new WarehouseSettings(server.jdbcUrl(), Map.of("user", server.user(), "password", server.password()));
        warehouse = new Warehouse(settings, "test stream");
        replaying = new Warehouse(settings, "test replay");
        warehouse.migrate();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void open() {
        execute("drop table if exists public.notes");
        stream = WarehouseWriter.takeOver(warehouse, pipeline, ApplySettings.defaults(), WriterClaim.starting());
        replay = ReplayWriter.open(replaying, pipeline, ApplySettings.defaults());
    }

    @AfterEach
    void close() {
        replay.close();
        stream.close();
    }

    @Test
    void insert_that_comes_again_while_its_row_is_deleted_does_not_bring_it_back() {
        stream(100, insert(1, 100));
        long id = register();

        stream.begin();
        stream.add(event(delete(1, 200)));
        stream.flush();
        var again = CompletableFuture.supplyAsync(() -> apply(id, insert(1, 100)));
        awaitWaitingOrDone("test replay", again);
        stream.commit(cut(200));
        again.join();

        assertThat(rows()).isZero();
        assertThat(again.join()
                        .orElseThrow()
                        .getOrDefault(TABLE, ReplayCount.NONE)
                        .changed())
                .isZero();
    }

    @Test
    void row_that_a_replay_brings_while_the_stream_deletes_it_goes() throws Exception {
        stream(100, insert(1, 100));
        execute("delete from public.notes");
        long id = register();

        CompletableFuture<?> again;
        CompletableFuture<?> deletion;
        try (Handle blocker = warehouse.open()) {
            blocker.begin();
            blocker.execute("select from idem.replay where id = ? for update", id);
            again = CompletableFuture.supplyAsync(() -> apply(id, insert(1, 100)));
            awaitWaitingOrDone("test replay", again);
            assertThat(again).as("the replay holds the row that it has written").isNotDone();
            deletion = CompletableFuture.runAsync(() -> stream(200, delete(1, 200)));
            awaitWaitingOrDone("test stream", deletion);
            blocker.rollback();
        }
        again.join();
        deletion.join();

        assertThat(rows()).isZero();
    }

    @Test
    void refused_events_are_counted_and_the_others_of_the_piece_are_applied() {
        stream(100, insert(1, 100), insert(2, 101), insert(3, 102), insert(4, 103));
        execute("delete from public.notes", "alter table public.notes add check (id <> 3)");

        ReplayCount count = apply(register(), insert(1, 100), insert(2, 101), insert(3, 102), insert(4, 103))
                .orElseThrow()
                .getOrDefault(TABLE, ReplayCount.NONE);

        assertThat(count).isEqualTo(new ReplayCount(4, 3, 1, null));
        assertThat(rows()).isEqualTo(3);
        assertThat(count("select count(*) from idem.dead_letter where pipeline = '" + pipeline + "'"))
                .isZero();
    }

    @Test
    void table_that_cannot_be_written_is_left_out_with_the_reason() {
        stream(100, insert(1, 100));
        long id = register();
        execute("alter table public.notes rename body to corpse");

        apply(id, insert(1, 100));
        apply(id, insert(1, 100));

        ReplayCount count = replay.find(id).orElseThrow().tables().getOrDefault(TABLE, ReplayCount.NONE);
        assertThat(count.seen()).isEqualTo(2);
        assertThat(count.leftOut()).contains("body");
    }

    @Test
    void rehearsal_counts_and_changes_nothing() {
        stream(100, insert(1, 100), insert(2, 101));
        execute("delete from public.notes where id = 1");

        ReplayCount count =
                replay.rehearse(events(insert(1, 100), insert(2, 101))).getOrDefault(TABLE, ReplayCount.NONE);

        assertThat(count).isEqualTo(new ReplayCount(2, 1, 0, null));
        assertThat(rows()).isEqualTo(1);
        assertThat(replay.unfinished()).isEmpty();
    }

    @Test
    void replay_that_was_given_up_by_another_session_applies_nothing_more() {
        stream(100, insert(1, 100));
        execute("delete from public.notes");
        long id = register();
        try (ReplayWriter other = ReplayWriter.open(replaying, pipeline, ApplySettings.defaults())) {
            assertThat(other.cancel(id)).isTrue();
            assertThat(other.cancel(id)).isFalse();
        }

        assertThat(apply(id, insert(1, 100))).isEmpty();
        assertThat(rows()).isZero();
    }

    @Test
    void table_in_replay_is_refused_to_a_second_one_until_the_first_is_at_its_end() {
        stream(100, insert(1, 100));
        long id = register();
        try (ReplayWriter other = ReplayWriter.open(replaying, pipeline, ApplySettings.defaults())) {
            assertThatThrownBy(() -> other.register(record()))
                    .isInstanceOf(PipelineException.class)
                    .hasMessageContaining("replay " + id)
                    .hasMessageContaining("going on")
                    .hasMessageContaining("public.notes");
            assertThatThrownBy(() -> other.resume(other.find(id).orElseThrow())).hasMessageContaining("going on");

            replay.close();
            replay = ReplayWriter.open(replaying, pipeline, ApplySettings.defaults());
            assertThatThrownBy(() -> other.register(record())).hasMessageContaining("nobody works on it");
            other.resume(other.find(id).orElseThrow());
            assertThat(other.finish(id)).isTrue();
            assertThat(other.register(record()).id()).isGreaterThan(id);
        }
    }

    @Test
    void key_change_that_comes_again_behind_a_reread_row_takes_no_outdated_value_from_it() {
        Change[] reread = {upsert(1, 150, 0, "old", Optional.empty())};
        Change[] move = {delete(1, 300), upsert(2, 300, 2, null, Optional.of(key(1)))};
        stream(100, upsert(1, 100, 1, "old", Optional.empty()));
        stream(200, upsert(1, 200, 1, "new", Optional.empty()));
        stream(300, move);
        assertThat(body()).isEqualTo("new");
        execute("delete from public.notes");

        apply(register(), reread[0], move[0], move[1]);

        assertThat(body()).as("named as missing rather than wrong").isNull();
        assertThat(count("select count(*) from public.notes where id = 2 and 'body' = any(_idem_missing)"))
                .isOne();
    }

    /** Until the session waits for a lock, or what it does is done. */
    private static void awaitWaitingOrDone(String session, CompletableFuture<?> action) {
        await().atMost(PATIENCE)
                .until(() -> action.isDone()
                        || count("select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
                                        + " and application_name = '" + session + "'")
                                > 0);
    }

    private long register() {
        return replay.register(record()).id();
    }

    private static ReplayRecord record() {
        return new ReplayRecord(
                0,
                "from beginning",
                ReplayRecord.State.RUNNING,
                1,
                1,
                1,
                0,
                ReplayCursor.at(0),
                Map.of(TABLE, ReplayCount.NONE));
    }

    private Optional<Map<TableId, ReplayCount>> apply(long id, Change... changes) {
        return replay.apply(id, events(changes), ReplayCursor.at(1));
    }

    private void stream(long lsn, Change... changes) {
        stream.begin();
        events(changes).forEach(stream::add);
        stream.commit(cut(lsn));
    }

    private static List<LogEvent> events(Change... changes) {
        return List.of(changes).stream().map(ReplayBesideWriterIT::event).toList();
    }

    private static LogEvent event(Change change) {
        return new LogEvent.Decoded(new LogCoordinates("t", 0, 0), SourceHistory.TABLE, change);
    }

    private PositionedCut cut(long lsn) {
        return TestCuts.upTo(new Version(1, new Lsn(lsn), 1), ++cut);
    }

    private static Change insert(int id, long lsn) {
        ColumnValue value = ColumnValue.of("" + id);
        return new Change.Upsert(
                new Version(1, new Lsn(lsn), 1), key(id), Row.of(value, value, value, value), Optional.empty());
    }

    /** A body of null is one that the change did not carry. */
    private static Change upsert(int id, long lsn, long ordinal, @Nullable String body, Optional<RowKey> movedFrom) {
        ColumnValue value = ColumnValue.of("" + id);
        ColumnValue large = body == null ? ColumnValue.UNAVAILABLE : ColumnValue.of(body);
        return new Change.Upsert(
                new Version(1, new Lsn(lsn), ordinal), key(id), Row.of(value, value, large, value), movedFrom);
    }

    private static @Nullable String body() {
        try (Handle handle = warehouse.open()) {
            return handle.createQuery("select max(body) from public.notes")
                    .mapTo(String.class)
                    .findOne()
                    .orElse(null);
        }
    }

    private static Change delete(int id, long lsn) {
        return new Change.Delete(new Version(1, new Lsn(lsn), 1), key(id));
    }

    private static RowKey key(int id) {
        return new RowKey(List.of("" + id));
    }

    private static long rows() {
        return count("select count(*) from public.notes");
    }

    private static long count(String sql) {
        try (Handle handle = warehouse.open()) {
            return handle.createQuery(sql).mapTo(Long.class).one();
        }
    }

    private static void execute(String... statements) {
        try (Handle handle = warehouse.open()) {
            for (String statement : statements) {
                handle.execute(statement);
            }
        }
    }
}
