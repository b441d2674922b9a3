package dev.idem.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.change.Cut;
import dev.idem.testing.TestPostgres;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What persons do to a source while it is captured: the log is right all the same, or the capture stops and says why.
 */
@ParameterizedClass(name = "PostgreSQL {0}")
@MethodSource("dev.idem.testing.PostgresVersions#chosen")
class SourceLimitsIT {

    private static final Duration LOOK = Duration.ofMillis(500);
    private static final String TABLE = "(id int primary key, v text)";

    private final TestServers servers;
    private final TestPostgres source;

    SourceLimitsIT(String version) {
        servers = TestServers.of(version);
        source = servers.source();
    }

    @Test
    @DisplayName("trap 48: a publication that is dropped under the stream is made again, and its tables are read anew")
    void publication_dropped_under_the_stream_loses_nothing() throws Exception {
        try (CaptureFixture fixture = servers.capture("pubdrop", "create table pubdrop.t " + TABLE);
                Capture capture = fixture.startStreaming()) {
            source.execute("drop publication " + fixture.slot(), "insert into pubdrop.t values (1, 'unpublished')");

            awaitRowsOrStop(fixture, capture, "{\"id\":1}");
        }
    }

    @Test
    @DisplayName("trap 48: a publication that is dropped while the capture is away loses nothing")
    void publication_dropped_while_the_capture_is_away_loses_nothing() throws Exception {
        try (CaptureFixture fixture = servers.capture("pubaway", "create table pubaway.t " + TABLE)) {
            fixture.startStreaming().close();
            source.execute("drop publication " + fixture.slot(), "insert into pubaway.t values (1, 'unpublished')");

            try (Capture capture = fixture.start()) {
                awaitRowsOrStop(fixture, capture, "{\"id\":1}");
            }
        }
    }

    @Test
    @DisplayName("trap 48: a publication that leaves operations or a table out for a moment loses nothing")
    void publication_changed_for_a_moment_loses_nothing() throws Exception {
        try (CaptureFixture fixture = servers.capture(
                        "pubchange",
                        "create table pubchange.t " + TABLE,
                        "create table pubchange.u " + TABLE,
                        "insert into pubchange.t values (1, 'old')");
                Capture capture = fixture.startStreaming()) {
            awaitALook(fixture);
            source.execute(
                    "alter publication " + fixture.slot() + " set (publish = 'insert')",
                    "update pubchange.t set v = 'unpublished'",
                    "alter publication " + fixture.slot() + " set (publish = 'insert, update, delete, truncate')");
            awaitAfter(fixture, "t", "{\"id\":1,\"v\":\"unpublished\"}");
            CaptureFixture.awaitState(capture, CaptureStatus.State.STREAMING);
            awaitALook(fixture);
            source.execute(
                    "alter publication " + fixture.slot() + " drop table pubchange.u",
                    "insert into pubchange.u values (2, 'unpublished')",
                    "alter publication " + fixture.slot() + " add table pubchange.u");
            awaitAfter(fixture, "u", "{\"id\":2,\"v\":\"unpublished\"}");
            CaptureFixture.awaitState(capture, CaptureStatus.State.STREAMING);

            source.execute("alter publication " + fixture.slot() + " set (publish = 'insert')");
            CaptureFixture.awaitState(capture, CaptureStatus.State.FAILED);
            assertThat(capture.status().detail()).contains("leaves operations out");
        }
    }

    @Test
    @DisplayName("traps 14, 48: a slot that is dropped under the stream stops the capture")
    void slot_dropped_under_the_stream_is_refused() throws Exception {
        try (CaptureFixture fixture = servers.capture("slotdrop", "create table slotdrop.t " + TABLE);
                Capture capture = fixture.startStreaming()) {
            CaptureFixture.waiting().ignoreExceptions().until(() -> {
                fixture.cutReplication();
                return !fixture.query("select pg_drop_replication_slot('" + fixture.slot() + "')::text")
                        .isEmpty();
            });

            CaptureFixture.awaitState(capture, CaptureStatus.State.FAILED);
            assertThat(capture.status().detail()).contains("is missing").contains("source.on-new-history=resync");
        }
    }

    @Test
    @DisplayName("traps 14, 48: a slot that is invalidated under the stream stops the capture, or begins a new epoch")
    void slot_invalidated_under_the_stream_is_refused_or_begins_a_new_epoch() throws Exception {
        try (CaptureFixture fixture = servers.capture("slotlost", "create table slotlost.t " + TABLE)) {
            try (Capture capture = fixture.startStreaming()) {
                invalidate(fixture);

                CaptureFixture.awaitState(capture, CaptureStatus.State.FAILED);
                assertThat(capture.status().detail())
                        .contains("is invalidated")
                        .contains("source.on-new-history=resync");
            }
            fixture.resyncing();
            try (Capture capture = fixture.startStreaming()) {
                assertThat(capture.status().epoch()).isEqualTo(2);
                invalidate(fixture);

                CaptureFixture.waiting()
                        .until(() -> capture.failure().isPresent()
                                || capture.status().epoch() == 3);
                CaptureFixture.awaitState(capture, CaptureStatus.State.STREAMING);
                source.execute("insert into slotlost.t values (3, 'three')");
                fixture.awaitCaughtUp(capture);
            }
            assertThat(fixture.log().events()).extracting(TestLog.Event::after).contains("{\"id\":3,\"v\":\"three\"}");
        }
    }

    @Test
    @DisplayName("trap 48: timeouts, isolation and read-only sessions of the role do not keep a table from being read")
    void settings_of_the_role_do_not_stand_in_the_way() throws Exception {
        source.execute("create role hurried superuser login replication password 'hurried'");
        for (String setting : List.of(
                "statement_timeout = '150ms'",
                "lock_timeout = '1ms'",
                "idle_in_transaction_session_timeout = '100ms'",
                "default_transaction_isolation = 'serializable'",
                "default_transaction_deferrable = on")) {
            source.execute("alter role hurried set " + setting);
        }
        for (String setting : List.of("idle_session_timeout", "transaction_timeout")) {
            if (!fixtureQuery("select name from pg_settings where name = '" + setting + "'")
                    .isEmpty()) {
                source.execute("alter role hurried set " + setting + " = '400ms'");
            }
        }
        try (CaptureFixture fixture = servers.capture(
                        "hurried",
                        "create table hurried.t " + TABLE,
                        "insert into hurried.t select i, repeat('x', 100) from generate_series(1, 300000) i")
                .asRole("hurried", "hurried")) {
            try (Capture capture = fixture.startStreaming()) {
                source.execute("insert into hurried.t values (0, 'last')");
                fixture.awaitCaughtUp(capture);

                assertThat(fixture.log().cuts().stream().filter(cut -> cut.kind() == Cut.Kind.SNAPSHOT_STARTED))
                        .hasSize(1);
                assertThat(fixture.log().events()).hasSize(300_001);
            }
        }
    }

    @Test
    @DisplayName(
            "trap 48: a source without a connection left is waited for, a role without REPLICATION stops the capture")
    void source_without_connections_is_waited_for_and_without_rights_refused() throws Exception {
        source.execute(
                "create role modest login replication password 'modest'",
                "grant create on database postgres to modest");
        try (CaptureFixture fixture = servers.capture(
                        "modest",
                        "create table modest.t " + TABLE,
                        "alter schema modest owner to modest",
                        "alter table modest.t owner to modest")
                .asRole("modest", "modest")) {
            try (Capture capture = fixture.startStreaming()) {
                source.execute("alter role modest connection limit 0");
                endSessions("modest");
                CaptureFixture.waiting().until(() -> capture.status().detail().contains("too many connections"));
                source.execute("insert into modest.t values (1, 'meanwhile')", "alter role modest connection limit -1");
                fixture.awaitCaughtUp(capture);

                source.execute("alter role modest noreplication");
                endSessions("modest");
                CaptureFixture.awaitState(capture, CaptureStatus.State.FAILED);
                assertThat(capture.status().detail().toLowerCase(java.util.Locale.ROOT))
                        .contains("replication");
            }
            source.execute("alter role modest replication", "insert into modest.t values (2, 'while it was stopped')");
            try (Capture capture = fixture.startStreaming()) {
                fixture.awaitCaughtUp(capture);
            }
            assertThat(fixture.log().events())
                    .extracting(TestLog.Event::key)
                    .containsExactly("{\"id\":1}", "{\"id\":2}");
        }
    }

    private void endSessions(String role) throws SQLException {
        source.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = '" + role + "'");
    }

    @Test
    @DisplayName("trap 18: of captures that start at once one takes the snapshot, the others stand by")
    void captures_that_start_at_once_take_one_snapshot() throws Exception {
        try (CaptureFixture fixture = servers.capture(
                "atonce",
                "create table atonce.t " + TABLE,
                "insert into atonce.t select i, repeat('x', 200) from generate_series(1, 60000) i")) {
            List<Capture> captures = Stream.generate(() -> new Capture(fixture.settings()))
                    .limit(4)
                    .toList();
            try {
                captures.subList(0, 3).forEach(Capture::start);
                CaptureFixture.waiting()
                        .until(() -> captures.stream().anyMatch(c -> c.status().events() > 1000));
                captures.get(3).start();
                CaptureFixture.waiting()
                        .until(() -> captures.stream()
                                .anyMatch(c -> c.status().state() == CaptureStatus.State.STREAMING
                                        || c.failure().isPresent()));
                CaptureFixture.waiting()
                        .during(Duration.ofSeconds(2))
                        .until(() ->
                                captures.stream().noneMatch(c -> c.failure().isPresent()));

                // One that stands by looks each second, and is starting for that moment.
                CaptureFixture.waiting()
                        .untilAsserted(() -> assertThat(
                                        captures.stream().map(c -> c.status().state()))
                                .containsExactlyInAnyOrder(
                                        CaptureStatus.State.STREAMING,
                                        CaptureStatus.State.WAITING,
                                        CaptureStatus.State.WAITING,
                                        CaptureStatus.State.WAITING));
                assertThat(fixture.log().cuts().stream().filter(cut -> cut.kind() == Cut.Kind.SNAPSHOT_STARTED))
                        .hasSize(1);
            } finally {
                captures.forEach(Capture::close);
            }
        }
    }

    private List<String> fixtureQuery(String sql) throws SQLException {
        try (CaptureFixture fixture = new CaptureFixture(source, servers.kafka(), "query")) {
            return fixture.query(sql);
        }
    }

    /** Takes the WAL away that the slot needs, while the log takes nothing. */
    private void invalidate(CaptureFixture fixture) throws SQLException {
        servers.kafka().stop();
        try {
            source.execute("alter system set max_slot_wal_keep_size = '1MB'", "select pg_reload_conf()");
            CaptureFixture.waiting().until(() -> {
                source.execute("insert into slotlost.t values (1, 'one')", "delete from slotlost.t where id = 1");
                source.execute("select pg_switch_wal()", "checkpoint");
                return fixture.query("select wal_status from pg_replication_slots where slot_name = '" + fixture.slot()
                                + "'")
                        .equals(List.of("lost"));
            });
        } finally {
            source.execute("alter system reset max_slot_wal_keep_size", "select pg_reload_conf()");
            servers.kafka().restart();
        }
    }

    /** Either the log has it in the end, or the capture stops and names the publication; which one is the server's. */
    private static void awaitRowsOrStop(CaptureFixture fixture, Capture capture, String key) {
        CaptureFixture.waiting()
                .pollInterval(LOOK)
                .until(() -> capture.failure().isPresent() || has(fixture, key));
        capture.failure().ifPresent(failure -> assertThat(failure).hasMessageContaining("publication"));
    }

    private static boolean has(CaptureFixture fixture, String key) {
        return fixture.log().events().stream().anyMatch(event -> key.equals(event.key()));
    }

    private static void awaitAfter(CaptureFixture fixture, String table, String after) {
        CaptureFixture.waiting()
                .pollInterval(LOOK)
                .until(() -> fixture.log().events(fixture.name(), table).stream()
                        .anyMatch(event -> event.after().equals(after)));
    }

    /** What is changed after this is changed behind what the capture knows of the catalogue. */
    private static void awaitALook(CaptureFixture fixture) throws SQLException {
        fixture.query("select pg_sleep(2.5)");
    }
}
