package dev.idem.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.change.Cut;
import dev.idem.change.Version;
import dev.idem.testing.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.PGConnection;

/** Versions follow the order of the commits, whatever the LSNs of the changes themselves are. */
@ParameterizedClass(name = "PostgreSQL {0}")
@MethodSource("dev.idem.testing.PostgresVersions#chosen")
class CommitOrderIT {

    private final TestServers servers;
    private final TestPostgres source;

    CommitOrderIT(String version) {
        servers = TestServers.of(version);
        source = servers.source();
    }

    @Test
    @DisplayName("trap 1: a transaction begun before the consistent point and committed after it beats the snapshot")
    void transaction_open_at_the_consistent_point_is_newer_than_the_snapshot() throws Exception {
        try (CaptureFixture fixture = servers.capture(
                        "point",
                        "create table point.t (id int primary key, v text)",
                        "insert into point.t values (1, 'old')");
                Session t0 = session();
                Session t1 = session();
                Session t2 = session()) {
            t0.run("insert into point.t values (100, 'T0')");
            try (Capture capture = fixture.start()) {
                awaitWaiterFor(fixture, t0);
                t1.run("insert into point.t values (101, 'T1')");
                t0.commit();
                awaitWaiterFor(fixture, t1);
                t2.run("update point.t set v = 'T2' where id = 1");
                t1.commit();
                CaptureFixture.awaitState(capture, CaptureStatus.State.STREAMING);
                t2.commit();
                fixture.awaitCaughtUp(capture);
            }

            Cut closing = fixture.log().cuts().stream()
                    .filter(cut -> cut.kind() == Cut.Kind.SNAPSHOT_COMPLETED)
                    .findFirst()
                    .orElseThrow();
            List<TestLog.Event> row = fixture.log().events("point", "t").stream()
                    .filter(event -> "{\"id\":1}".equals(event.key()))
                    .toList();
            assertThat(row).extracting(TestLog.Event::operation).containsExactly("r", "u");
            assertThat(row.get(0).parsedVersion()).isEqualTo(Version.ofSnapshot(1, closing.commitLsn()));
            assertThat(row.get(1).changeLsn())
                    .as("the change itself stands below")
                    .isLessThan(closing.commitLsn());
            assertThat(row.get(1).parsedVersion()).isGreaterThan(row.get(0).parsedVersion());
        }
    }

    @Test
    @DisplayName("a change of schema that commits while the slot is made is known to what the slot decodes")
    void schema_changed_while_the_slot_is_made_is_the_one_that_is_decoded_with() throws Exception {
        try (CaptureFixture fixture = servers.capture(
                        "building",
                        "create type building.mood as enum ('calm')",
                        "create table building.widened (id int primary key, v int)",
                        "create table building.rewritten (id int primary key, v int)",
                        "create table building.felt (id int primary key, v building.mood)");
                Session holder = session();
                Session second = session();
                Session writer = session()) {
            holder.transactionId();
            try (Capture capture = fixture.start()) {
                awaitWaiterFor(fixture, holder);
                second.transactionId();
                // The server begins to track commits when all transactions older than the slot have ended.
                source.execute(
                        "alter table building.widened add w int",
                        "alter table building.rewritten alter v type bigint",
                        "alter type building.mood add value 'glad'");
                holder.commit();
                awaitWaiterFor(fixture, second);
                writer.run("insert into building.widened values (1, 2, 3)");
                writer.run("insert into building.rewritten values (1, 2)");
                writer.run("insert into building.felt values (1, 'glad')");
                second.commit();
                CaptureFixture.waiting().until(() -> isMade(fixture) || isWaitedFor(fixture, writer));
                writer.commit();
                CaptureFixture.awaitState(capture, CaptureStatus.State.STREAMING);
                fixture.awaitCaughtUp(capture);
            }

            assertThat(images(fixture, "widened")).containsExactly("{\"id\":1,\"v\":2,\"w\":3}");
            assertThat(images(fixture, "rewritten")).containsExactly("{\"id\":1,\"v\":2}");
            assertThat(images(fixture, "felt")).containsExactly("{\"id\":1,\"v\":\"glad\"}");
        }
    }

    private static boolean isMade(CaptureFixture fixture) throws SQLException {
        return !fixture.query("select 'made' from pg_replication_slots where slot_name = '" + fixture.slot()
                        + "' and confirmed_flush_lsn is not null")
                .isEmpty();
    }

    private static List<String> images(CaptureFixture fixture, String table) {
        return fixture.log().events("building", table).stream()
                .map(TestLog.Event::after)
                .toList();
    }

    @Test
    @DisplayName("trap 2: rows of one COPY share an LSN and none is lost")
    void rows_of_one_copy_have_versions_of_their_own() throws Exception {
        try (CaptureFixture fixture = servers.capture("copied", "create table copied.t (id int primary key, v text)");
                Capture capture = fixture.startStreaming()) {
            try (Connection connection = source.connect()) {
                StringBuilder rows = new StringBuilder();
                for (int i = 1; i <= 500; i++) {
                    rows.append(i).append("\tcopied\n");
                }
                connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyIn("copy copied.t from stdin", new java.io.StringReader(rows.toString()));
            }
            source.execute("update copied.t set id = 1000 where id = 500");
            fixture.awaitCaughtUp(capture);

            List<TestLog.Event> copied = fixture.log().events("copied", "t").subList(0, 500);
            assertThat(copied)
                    .extracting(TestLog.Event::changeLsn)
                    .as("some share an LSN")
                    .hasSizeGreaterThan((int) copied.stream()
                            .map(TestLog.Event::changeLsn)
                            .distinct()
                            .count());
            assertThat(copied.stream().map(event -> event.parsedVersion().lsn()).distinct())
                    .hasSize(1);
            assertThat(copied)
                    .extracting(event -> event.parsedVersion().ordinal())
                    .containsExactlyElementsOf(java.util.stream.LongStream.rangeClosed(1, 500)
                            .boxed()
                            .toList());

            List<TestLog.Event> moved = fixture.log().events("copied", "t").subList(500, 502);
            assertThat(moved).extracting(TestLog.Event::operation).containsExactly("d", "c");
            assertThat(moved)
                    .extracting(event -> event.parsedVersion().ordinal())
                    .containsExactly(1L, 2L);
            assertThat(moved.get(1).movedFrom()).isEqualTo("{\"id\":500}");
        }
    }

    @Test
    @DisplayName("trap 3: of two interleaved transactions the one that commits last is the newer")
    void interleaved_transactions_are_ordered_by_their_commits() throws Exception {
        try (CaptureFixture fixture = servers.capture("woven", "create table woven.t (id int primary key, v text)");
                Session first = session();
                Session second = session();
                Capture capture = fixture.startStreaming()) {
            first.run("insert into woven.t values (1, 'writes first')");
            second.run("insert into woven.t values (2, 'commits first')");
            second.commit();
            first.run("insert into woven.t values (3, 'commits last')");
            first.commit();
            fixture.awaitCaughtUp(capture);

            List<TestLog.Event> events = fixture.log().events("woven", "t");
            assertThat(events).extracting(TestLog.Event::key).containsExactly("{\"id\":2}", "{\"id\":1}", "{\"id\":3}");
            assertThat(events.get(1).changeLsn()).isLessThan(events.get(0).changeLsn());
        }
    }

    @Test
    @DisplayName("trap 6b: an insert that waited behind a delete of its key is newer than the delete")
    void insert_that_waited_for_a_delete_is_the_newer() throws Exception {
        try (CaptureFixture fixture = servers.capture(
                        "blocked",
                        "create table blocked.t (id int primary key, v text)",
                        "insert into blocked.t values (7, 'old')");
                Session deleting = session();
                Session inserting = session();
                Capture capture = fixture.startStreaming()) {
            deleting.run("update blocked.t set v = 'T1' where id = 7");
            CompletableFuture<Void> blocked =
                    CompletableFuture.runAsync(() -> inserting.runUnchecked("insert into blocked.t values (7, 'T2')"));
            awaitWaiterFor(fixture, deleting);
            deleting.run("delete from blocked.t where id = 7");
            deleting.commit();
            blocked.get();
            inserting.commit();
            fixture.awaitCaughtUp(capture);

            List<TestLog.Event> events = fixture.log().events("blocked", "t");
            assertThat(events).extracting(TestLog.Event::operation).containsExactly("r", "u", "d", "c");
            assertThat(events.get(3).changeLsn())
                    .as("written before it waited")
                    .isLessThan(events.get(2).changeLsn());
        }
    }

    /** Waits until another session waits for this session's transaction to end. */
    private static void awaitWaiterFor(CaptureFixture fixture, Session session) throws SQLException {
        CaptureFixture.waiting().until(() -> isWaitedFor(fixture, session));
    }

    private static boolean isWaitedFor(CaptureFixture fixture, Session session) throws SQLException {
        return !fixture.query("select 'waits' from pg_locks where locktype = 'transactionid' and not granted and"
                        + " transactionid::text = '" + session.transactionId() + "'")
                .isEmpty();
    }

    private Session session() throws SQLException {
        return new Session(source.connect());
    }

    /** A connection with a transaction that the test commits. */
    private static final class Session implements AutoCloseable {

        private final Connection connection;

        Session(Connection connection) throws SQLException {
            this.connection = connection;
            connection.setAutoCommit(false);
        }

        void run(String sql) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }

        void runUnchecked(String sql) {
            try {
                run(sql);
            } catch (SQLException e) {
                throw new CompletionException(e);
            }
        }

        String transactionId() throws SQLException {
            try (Statement statement = connection.createStatement();
                    java.sql.ResultSet row = statement.executeQuery("select (txid_current() % 4294967296)::text")) {
                row.next();
                return row.getString(1);
            }
        }

        void commit() throws SQLException {
            connection.commit();
        }

        @Override
        public void close() throws SQLException {
            connection.close();
        }
    }
}
