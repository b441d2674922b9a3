package dev.idem.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.change.Cut;
import dev.idem.change.Lsn;
import dev.idem.testing.TestDirectory;
import dev.idem.testing.TestKafka;
import dev.idem.testing.TestPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Another history under the same address: refused, or where that is allowed a new epoch; never streamed on. */
@ParameterizedClass(name = "PostgreSQL {0}")
@MethodSource("dev.idem.testing.PostgresVersions#chosen")
class SourceHistoryIT {

    private final TestPostgres source;
    private final TestKafka kafka;
    private final Path backup = TestDirectory.create("backup");

    SourceHistoryIT(String version) {
        source = TestPostgres.start(version);
        kafka = TestKafka.start();
    }

    @BeforeEach
    void makeTable() throws Exception {
        source.execute("create schema history", "create table history.t (id int primary key, v text)");
    }

    @AfterEach
    void stopServers() {
        source.close();
        kafka.close();
        TestDirectory.delete(backup);
    }

    @Test
    @DisplayName("trap 5: a source set back to an older copy whose WAL has passed the log's end again is refused")
    void source_set_back_whose_wal_has_passed_the_log_is_refused() throws Exception {
        try (CaptureFixture fixture = new CaptureFixture(source, kafka, "history")) {
            fixture.startStreaming().close();
            source.stop();
            FileCopy.copy(source.dataDirectory(), backup.resolve("data"));
            source.restart();
            Lsn logEnd;
            try (Capture capture = fixture.startStreaming()) {
                source.execute("insert into history.t values (1, 'lost'), (2, 'lost')");
                fixture.awaitCaughtUp(capture);
                logEnd = capture.status().publishedLsn().orElseThrow();
            }
            setBack();
            source.execute("insert into history.t values (1, 'other'), (3, 'other')");
            while (Lsn.parse(fixture.query("select pg_current_wal_insert_lsn()::text")
                                    .get(0))
                            .compareTo(logEnd)
                    <= 0) {
                source.execute("insert into history.t select i from generate_series(10, 500) i", "truncate history.t");
            }
            source.execute("insert into history.t values (1, 'other'), (3, 'other')");

            try (Capture capture = fixture.start()) {
                CaptureFixture.awaitState(capture, CaptureStatus.State.FAILED);
                assertThat(capture.status().detail())
                        .contains("the source's history is not the log's")
                        .contains("source.on-new-history=resync");
            }
            assertThat(fixture.log().events()).extracting(TestLog.Event::after).allMatch(row -> row.contains("lost"));
            assertNewEpoch(fixture, 2);
        }
    }

    @Test
    @DisplayName("trap 5: a promoted standby, and another cluster under the same address, are refused")
    void promoted_standby_and_another_cluster_are_refused() throws Exception {
        try (CaptureFixture fixture = new CaptureFixture(source, kafka, "history")) {
            fixture.startStreaming().close();
            source.stop();
            promoteAtStart();
            source.restart(Map.of("restore_command", "false"));
            CaptureFixture.waiting()
                    .until(() ->
                            fixture.query("select pg_is_in_recovery()::text").equals(List.of("false")));

            try (Capture capture = fixture.start()) {
                CaptureFixture.awaitState(capture, CaptureStatus.State.FAILED);
                assertThat(capture.status().detail())
                        .contains("is on timeline 2")
                        .contains("a standby was promoted");
            }
            assertNewEpoch(fixture, 2);

            source.stop();
            TestDirectory.delete(source.dataDirectory());
            source.restart();
            try (CaptureFixture other = new CaptureFixture(source, kafka, "history")) {
                try (Capture capture = other.start()) {
                    CaptureFixture.awaitState(capture, CaptureStatus.State.FAILED);
                    assertThat(capture.status().detail()).contains("the source is another cluster: system identifier");
                }
                makeTable();
                assertNewEpoch(other, 3);
            }
        }
    }

    @Test
    @DisplayName("trap 14: a slot whose WAL the server cannot decode stops the capture with the way out, which works")
    void slot_that_the_server_cannot_decode_is_refused() throws Exception {
        try (CaptureFixture fixture = new CaptureFixture(source, kafka, "history")) {
            fixture.startStreaming().close();
            source.execute(
                    "insert into history.t values (1, 'unread')",
                    "select pg_switch_wal()",
                    "insert into history.t values (2, 'unread')",
                    "checkpoint");
            String segment = fixture.query("select pg_walfile_name(restart_lsn) from pg_replication_slots")
                    .get(0);
            source.stop();
            Files.delete(source.dataDirectory().resolve("pg_wal").resolve(segment));
            source.restart();

            try (Capture capture = fixture.start()) {
                CaptureFixture.awaitState(capture, CaptureStatus.State.FAILED);
                assertThat(capture.status().detail())
                        .contains("the source's server fails at the same place of its WAL")
                        .contains(segment)
                        .contains("select pg_drop_replication_slot('" + fixture.slot() + "')");
            }
            source.execute("select pg_drop_replication_slot('" + fixture.slot() + "')");
            assertNewEpoch(fixture, 2);
        }
    }

    private void assertNewEpoch(CaptureFixture fixture, int epoch) throws Exception {
        try (CaptureFixture resyncing = new CaptureFixture(source, kafka, "history").resyncing();
                Capture capture = resyncing.startStreaming()) {
            source.execute("insert into history.t values (" + 1000 * epoch + ", 'after')");
            resyncing.awaitCaughtUp(capture);
        }
        List<TestLog.Event> events = fixture.log().events();
        assertThat(events.get(events.size() - 1).parsedVersion().epoch()).isEqualTo(epoch);
        assertThat(events.get(events.size() - 1).after()).contains("after");
        assertThat(fixture.log().cuts()).extracting(Cut::epoch).endsWith(epoch);
    }

    /** To the copy, as a snapshot of the disk sets a server back. */
    private void setBack() throws Exception {
        source.stop();
        TestDirectory.delete(source.dataDirectory());
        FileCopy.copy(backup.resolve("data"), source.dataDirectory());
        source.restart();
    }

    /** At its next start the server recovers as from an archive, and ends that on a timeline of its own. */
    private void promoteAtStart() throws Exception {
        Path signal = Files.createFile(source.dataDirectory().resolve("recovery.signal"));
        for (String attribute : List.of("unix:uid", "unix:gid")) {
            Files.setAttribute(signal, attribute, Files.getAttribute(source.dataDirectory(), attribute));
        }
    }
}
