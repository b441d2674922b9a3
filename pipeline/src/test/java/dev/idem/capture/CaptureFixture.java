package dev.idem.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.idem.change.Lsn;
import dev.idem.publish.LogSettings;
import dev.idem.source.SourceSettings;
import dev.idem.testing.TestDirectory;
import dev.idem.testing.TestKafka;
import dev.idem.testing.TestPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.core.ConditionFactory;

/** A capture's settings on real servers, what it can be told to wait for, and the log that it writes. */
final class CaptureFixture implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final TestPostgres source;
    private final TestKafka kafka;
    private final String name;
    private final Path data = TestDirectory.create("capture");
    private CaptureSettings settings;

    CaptureFixture(TestPostgres source, TestKafka kafka, String name) {
        this.source = source;
        this.kafka = kafka;
        this.name = name;
        this.settings = new CaptureSettings(
                name,
                data,
                1 << 20,
                Duration.ofMillis(300),
                CaptureSettings.OnNewHistory.STOP,
                new SourceSettings(
                        source.jdbcUrl(),
                        source.user(),
                        source.password(),
                        slot(),
                        slot(),
                        List.of(name + ".*"),
                        List.of()),
                new LogSettings(
                        Map.of("bootstrap.servers", kafka.bootstrapServers()),
                        Map.of(),
                        3,
                        (short) 1,
                        Duration.ofDays(7)),
                Map.of());
    }

    /** With the engine's batches and queue bounded to this many records, so that they cut transactions. */
    CaptureFixture withBatchesOf(int records) {
        settings = with(
                settings.source(),
                settings.onNewHistory(),
                Map.of("max.batch.size", Integer.toString(records), "max.queue.size", Integer.toString(2 * records)));
        return this;
    }

    /** With the driver reporting to the server so often that a wrong confirmation shows at once. */
    CaptureFixture reportingEvery(Duration interval) {
        settings = with(
                settings.source(),
                settings.onNewHistory(),
                Map.of("status.update.interval.ms", Long.toString(interval.toMillis())));
        return this;
    }

    /** With nothing done for an idle source, for so long; {@link #awaitCaughtUp} then needs a change of ours. */
    CaptureFixture beatingEvery(Duration interval) {
        settings = new CaptureSettings(
                name,
                data,
                settings.spillThresholdBytes(),
                interval,
                settings.onNewHistory(),
                settings.source(),
                settings.log(),
                settings.engineOptions());
        return this;
    }

    CaptureFixture excluding(String pattern) {
        SourceSettings given = settings.source();
        SourceSettings narrowed = new SourceSettings(
                given.url(),
                given.user(),
                given.password(),
                given.slot(),
                given.publication(),
                given.tables(),
                List.of(pattern));
        settings = with(narrowed, settings.onNewHistory(), settings.engineOptions());
        return this;
    }

    /** As another role of the source. */
    CaptureFixture asRole(String user, String password) {
        SourceSettings given = settings.source();
        SourceSettings other = new SourceSettings(
                given.url(), user, password, given.slot(), given.publication(), given.tables(), given.excludedTables());
        settings = with(other, settings.onNewHistory(), settings.engineOptions());
        return this;
    }

    CaptureFixture resyncing() {
        settings = with(settings.source(), CaptureSettings.OnNewHistory.RESYNC, settings.engineOptions());
        return this;
    }

    private CaptureSettings with(
            SourceSettings newSource, CaptureSettings.OnNewHistory onNewHistory, Map<String, String> engineOptions) {
        return new CaptureSettings(
                name,
                data,
                settings.spillThresholdBytes(),
                settings.heartbeat(),
                onNewHistory,
                newSource,
                settings.log(),
                engineOptions);
    }

    CaptureSettings settings() {
        return settings;
    }

    String name() {
        return name;
    }

    String slot() {
        return "idem_" + name;
    }

    TestLog log() {
        return new TestLog(kafka.bootstrapServers(), name);
    }

    /** A capture that runs. */
    Capture start() {
        Capture capture = new Capture(settings);
        capture.start();
        return capture;
    }

    /** A capture that has its snapshot behind it. */
    Capture startStreaming() {
        Capture capture = start();
        try {
            awaitState(capture, CaptureStatus.State.STREAMING);
        } catch (RuntimeException e) {
            try (capture) {
                throw e;
            }
        }
        return capture;
    }

    static void awaitState(Capture capture, CaptureStatus.State state) {
        waiting().until(() -> {
            capture.failure()
                    .filter(failure -> state != CaptureStatus.State.FAILED)
                    .ifPresent(failure -> {
                        throw failure;
                    });
            return capture.status().state() == state;
        });
    }

    /** A capture that ended where it might have gone on streaming. */
    static void awaitRefusal(Capture capture) {
        waiting()
                .until(() -> capture.status().state() == CaptureStatus.State.STREAMING
                        || capture.status().state() == CaptureStatus.State.FAILED);
        assertThat(capture.status().state()).isEqualTo(CaptureStatus.State.FAILED);
    }

    /** Waits until everything committed so far is in the log. */
    void awaitCaughtUp(Capture capture) throws SQLException {
        Lsn end = Lsn.parse(query("select pg_current_wal_insert_lsn()::text").get(0));
        waiting().until(() -> {
            capture.failure().ifPresent(failure -> {
                throw failure;
            });
            return capture.status().publishedLsn().orElse(Lsn.ZERO).compareTo(end) >= 0;
        });
    }

    static ConditionFactory waiting() {
        return await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20));
    }

    /** The first column of each row. */
    List<String> query(String sql) throws SQLException {
        List<String> values = new ArrayList<>();
        try (Connection connection = source.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }

    /** Cuts the capture's replication connection, as a broken network would. */
    void cutReplication() throws SQLException {
        query("select pg_terminate_backend(active_pid)::text from pg_replication_slots where slot_name = '" + slot()
                + "' and active");
    }

    boolean replicationIsActive() throws SQLException {
        return !query("select 'active' from pg_replication_slots where slot_name = '" + slot() + "' and active")
                .isEmpty();
    }

    Lsn confirmedFlush() throws SQLException {
        return Lsn.parse(
                query("select confirmed_flush_lsn::text from pg_replication_slots where slot_name = '" + slot() + "'")
                        .get(0));
    }

    @Override
    public void close() {
        TestDirectory.delete(data);
    }
}
