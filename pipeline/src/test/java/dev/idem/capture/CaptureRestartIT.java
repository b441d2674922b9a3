package dev.idem.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.change.Cut;
import dev.idem.change.Lsn;
import dev.idem.source.SourceDatabase;
import dev.idem.testing.TestPostgres;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever ends a capture, the log then holds every change once. */
@ParameterizedClass(name = "PostgreSQL {0}")
@MethodSource("dev.idem.testing.PostgresVersions#chosen")
class CaptureRestartIT {

    private static final String TABLE = "(id int primary key, v text)";

    private final TestServers servers;
    private final TestPostgres source;

    CaptureRestartIT(String version) {
        servers = TestServers.of(version);
        source = servers.source();
    }

    @Test
    @DisplayName("traps 8, 9, 10, 11b: connections cut at any place lose and double nothing")
    void connections_cut_in_mid_stream_lose_and_double_nothing() throws Exception {
        try (CaptureFixture fixture =
                        servers.capture("cuts", "create table cuts.t " + TABLE).withBatchesOf(7);
                Capture capture = fixture.startStreaming()) {
            TestWorkload workload = new TestWorkload(source, "cuts", 1);
            for (int round = 0; round < 8; round++) {
                workload.transactions(25);
                awaitReplication(fixture);
                fixture.cutReplication();
            }
            fixture.awaitCaughtUp(capture);

            assertComplete(fixture, workload);
        }
    }

    @Test
    @DisplayName("traps 8, 9, 10: a killed process loses and doubles nothing")
    void killed_process_loses_and_doubles_nothing() throws Exception {
        try (CaptureFixture fixture =
                servers.capture("kills", "create table kills.t " + TABLE).withBatchesOf(7)) {
            fixture.startStreaming().close();
            TestWorkload workload = new TestWorkload(source, "kills", 2);
            long eventsBefore = 0;
            for (int round = 0; round < 5; round++) {
                workload.transactions(60);
                try (CaptureProcess process = new CaptureProcess(fixture, servers)) {
                    long seen = eventsBefore;
                    CaptureFixture.waiting().until(() -> fixture.log().events().size() > seen);
                    workload.transactions(20);
                    process.kill();
                }
                eventsBefore = fixture.log().events().size();
            }
            try (Capture capture = fixture.startStreaming()) {
                fixture.awaitCaughtUp(capture);
            }

            assertComplete(fixture, workload);
        }
    }

    @Test
    @DisplayName("trap 17: a source that crashes loses and doubles nothing")
    void crash_of_the_source_loses_and_doubles_nothing() throws Exception {
        try (CaptureFixture fixture = servers.capture("crash", "create table crash.t " + TABLE);
                Capture capture = fixture.startStreaming()) {
            TestWorkload workload = new TestWorkload(source, "crash", 3);
            for (int round = 0; round < 3; round++) {
                workload.transactions(40);
                source.kill();
                source.restart();
                workload.transactions(10);
            }
            fixture.awaitCaughtUp(capture);

            assertComplete(fixture, workload);
        }
    }

    @Test
    @DisplayName("trap 12: the slot is confirmed behind the log only, also while Kafka is away")
    void slot_is_confirmed_behind_the_log_only() throws Exception {
        try (CaptureFixture fixture =
                        servers.capture("away", "create table away.t " + TABLE).reportingEvery(Duration.ofMillis(100));
                Capture capture = fixture.startStreaming()) {
            TestWorkload workload = new TestWorkload(source, "away", 4);
            workload.transactions(20);
            fixture.awaitCaughtUp(capture);
            Lsn published = capture.status().publishedLsn().orElseThrow();
            servers.kafka().stop();
            workload.transactions(20);
            for (int i = 0; i < 20; i++) {
                assertThat(fixture.confirmedFlush())
                        .isLessThanOrEqualTo(capture.status().publishedLsn().orElseThrow());
                fixture.query("select pg_sleep(0.1)");
            }
            assertThat(capture.status().publishedLsn()).hasValue(published);
            servers.kafka().restart();
            fixture.awaitCaughtUp(capture);
            CaptureFixture.waiting().until(() -> fixture.confirmedFlush().compareTo(published) > 0);

            assertComplete(fixture, workload);
        }
    }

    @Test
    @DisplayName("trap 12: a position without changes of ours is confirmed behind the log only, too")
    void slot_waits_for_positions_that_are_not_published_yet() throws Exception {
        try (CaptureFixture fixture = servers.capture("quiet", "create table quiet.t " + TABLE)
                        .reportingEvery(Duration.ofMillis(100))
                        .beatingEvery(Duration.ofMinutes(30));
                SourceDatabase database =
                        SourceDatabase.connect(fixture.settings().source());
                Capture capture = fixture.startStreaming()) {
            source.execute("insert into quiet.t values (1, 'published at once')");
            CaptureFixture.waiting().until(() -> fixture.log().events().size() == 1);
            for (int i = 0; i < 30; i++) {
                database.emitHeartbeat();
                fixture.query("select pg_sleep(0.1)");
                assertThat(fixture.confirmedFlush())
                        .isLessThanOrEqualTo(capture.status().publishedLsn().orElseThrow());
            }
            Lsn messages = database.emitHeartbeat();
            source.execute("insert into quiet.t values (2, 'published at once')");

            CaptureFixture.waiting().until(() -> fixture.confirmedFlush().compareTo(messages) > 0);

            assertThat(fixture.log().events()).hasSize(2);
        }
    }

    @Test
    @DisplayName("trap 16: WAL of tables that are not captured is let go")
    void slot_follows_wal_without_changes_of_ours() throws Exception {
        source.execute("drop table if exists public.busy", "create table public.busy (id int)");
        try (CaptureFixture fixture = servers.capture("idle", "create table idle.t " + TABLE);
                Capture capture = fixture.startStreaming()) {
            source.execute("insert into public.busy select generate_series(1, 1000)");
            Lsn written = Lsn.parse(
                    fixture.query("select pg_current_wal_insert_lsn()::text").get(0));

            CaptureFixture.waiting().until(() -> fixture.confirmedFlush().compareTo(written) >= 0);

            assertThat(capture.status().publishedLsn().orElseThrow()).isGreaterThanOrEqualTo(written);
            assertThat(fixture.log().events()).isEmpty();
        }
    }

    @Test
    @DisplayName("trap 15: a snapshot that broke off is taken again at a new point, without what was deleted meanwhile")
    void broken_snapshot_is_taken_again() throws Exception {
        try (CaptureFixture fixture = servers.capture(
                        "broken",
                        "create table broken.t " + TABLE,
                        "insert into broken.t select i, repeat('x', 200) from generate_series(1, 60000) i")
                .withBatchesOf(500)) {
            try (Capture capture = fixture.start()) {
                CaptureFixture.waiting().until(() -> capture.status().events() > 1000);
            }
            List<Cut> first = fixture.log().cuts();
            assertThat(first).extracting(Cut::kind).doesNotContain(Cut.Kind.SNAPSHOT_COMPLETED);
            source.execute("delete from broken.t where id <= 100");

            try (Capture capture = fixture.startStreaming()) {
                fixture.awaitCaughtUp(capture);
            }

            Cut closing = fixture.log().cuts().stream()
                    .filter(cut -> cut.kind() == Cut.Kind.SNAPSHOT_COMPLETED)
                    .findFirst()
                    .orElseThrow();
            assertThat(closing.epoch()).isEqualTo(1);
            assertThat(closing.commitLsn())
                    .isGreaterThan(first.get(first.size() - 1).commitLsn());
            assertThat(fixture.log().events().stream()
                            .filter(event -> event.parsedVersion().lsn().equals(closing.commitLsn())))
                    .hasSize(59_900)
                    .extracting(TestLog.Event::key)
                    .doesNotContain("{\"id\":1}");
        }
    }

    @Test
    @DisplayName("traps 13, 14: a slot that was advanced, dropped or made anew is refused with the remedy")
    void slot_that_let_go_of_changes_is_refused() throws Exception {
        try (CaptureFixture fixture = servers.capture("ahead", "create table ahead.t " + TABLE)) {
            fixture.startStreaming().close();
            source.execute("insert into ahead.t values (1, 'lost to the slot')");
            String slot = fixture.slot();
            fixture.query("select pg_replication_slot_advance('" + slot + "', pg_current_wal_lsn())::text");
            assertRefused(fixture, "is ahead of the log");

            fixture.query("select pg_drop_replication_slot('" + slot + "')::text");
            assertRefused(fixture, "is missing");

            fixture.query("select pg_create_logical_replication_slot('" + slot + "', 'pgoutput')::text");
            assertRefused(fixture, "is ahead of the log");

            try (Capture capture = fixture.resyncing().startStreaming()) {
                fixture.awaitCaughtUp(capture);
                assertThat(capture.status().epoch()).isEqualTo(2);
            }
            assertThat(fixture.log().events()).singleElement().satisfies(event -> {
                assertThat(event.key()).isEqualTo("{\"id\":1}");
                assertThat(event.parsedVersion().epoch()).isEqualTo(2);
            });
        }
    }

    @Test
    @DisplayName("trap 18: a second capture stands by and takes over")
    void second_capture_stands_by_and_takes_over() throws Exception {
        try (CaptureFixture fixture = servers.capture("standby", "create table standby.t " + TABLE);
                Capture second = new Capture(fixture.settings())) {
            try (Capture first = fixture.startStreaming()) {
                second.start();
                CaptureFixture.awaitState(second, CaptureStatus.State.WAITING);
                assertThat(second.status().detail()).contains("is in use by server process");
                source.execute("insert into standby.t values (1, 'by the first')");
                fixture.awaitCaughtUp(first);
            }
            CaptureFixture.awaitState(second, CaptureStatus.State.STREAMING);
            source.execute("insert into standby.t values (2, 'by the second')");
            fixture.awaitCaughtUp(second);

            assertThat(fixture.log().events())
                    .extracting(TestLog.Event::key)
                    .containsExactly("{\"id\":1}", "{\"id\":2}");
        }
    }

    private static void awaitReplication(CaptureFixture fixture) {
        CaptureFixture.waiting().until(() -> fixture.replicationIsActive());
    }

    private static void assertRefused(CaptureFixture fixture, String reason) {
        try (Capture capture = fixture.start()) {
            CaptureFixture.awaitRefusal(capture);
            assertThat(capture.status().detail()).contains(reason).contains("source.on-new-history=resync");
        }
    }

    /** Every change once, every version once, the cuts account for each event, and replayed they give the table. */
    private static void assertComplete(CaptureFixture fixture, TestWorkload workload) throws Exception {
        List<TestLog.Event> events = fixture.log().events();
        assertThat(events).hasSize((int) workload.events());
        assertThat(events.stream().map(TestLog.Event::version).distinct()).hasSameSizeAs(events);
        assertThat(fixture.log().cuts().stream().mapToLong(Cut::events).sum()).isEqualTo(events.size());
        Map<String, String> table = new TreeMap<>();
        for (TestLog.Event event : events) {
            if (event.operation().equals("d")) {
                table.remove(event.key());
            } else {
                table.put(String.valueOf(event.key()), event.after());
            }
        }
        List<String> expected = fixture.query("select row_to_json(t)::text from " + fixture.name() + ".t t");
        assertThat(table.values()).containsExactlyInAnyOrderElementsOf(expected);
    }
}
