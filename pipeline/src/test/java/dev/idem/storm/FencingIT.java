package dev.idem.storm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.process.Pipeline;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Two of a kind at once: the older one does nothing any more, and says so. */
class FencingIT {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int ACCOUNTS = 250;
    private static final long SEED = System.nanoTime();
    private static final Map<String, String> CAPTURE = Map.of("idem.role", "capture");
    private static final Map<String, String> SINK = Map.of("idem.role", "sink");
    private static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(5);

    private static StormServers servers;

    @BeforeAll
    static void startServers() {
        System.out.println("storm: seed=" + SEED);
        servers = StormServers.start();
    }

    @AfterAll
    static void stopServers() {
        servers.close();
    }

    @Test
    @DisplayName(
            "two sinks: the older one stops with a clear error, also when its session was ended; nothing is doubled")
    void older_sink_stops_when_a_younger_one_takes_over() throws SQLException {
        try (Storm storm = new Storm(servers, ACCOUNTS)) {
            theOlderSinkIsFenced(storm, SINK);
        }
    }

    @Test
    @DisplayName("two sinks: a session that could not be ended commits nothing any more")
    void older_sink_whose_session_lives_on_commits_nothing() throws SQLException {
        try (Storm storm = new Storm(servers, ACCOUNTS)) {
            String hidden = storm.settings().get("warehouse.url") + "?ApplicationName=hidden";
            theOlderSinkIsFenced(storm, Map.of("idem.role", "sink", "warehouse.url", hidden));
        }
    }

    private static void theOlderSinkIsFenced(Storm storm, Map<String, String> olderSettings) throws SQLException {
        try (WarehouseReader reader = storm.startReader();
                Pipeline capture = storm.startPipeline(CAPTURE);
                Pipeline older = storm.startPipeline(olderSettings)) {
            try (StormLoad load = storm.startLoad(SEED)) {
                storm.awaitConsistent(PATIENCE);
                storm.awaitProgress(1);
                try (Pipeline younger = storm.startPipeline(SINK)) {
                    await().atMost(PATIENCE).until(() -> older.failure().isPresent());
                    storm.awaitProgress(2);
                    load.stop();
                    storm.awaitCaughtUp(PATIENCE, () -> requireAlive(younger));
                    requireAlive(capture);
                }
            }
            reader.stop();

            PipelineException failure = older.failure().orElseThrow();
            assertThat(failure.kind()).isEqualTo(ErrorKind.FENCED);
            assertThat(failure).hasMessageContaining("a younger writer has taken over");
            assertThat(reader.violations()).isEmpty();
            storm.assertEqual();
        }
    }

    @Test
    @DisplayName("trap 18: a capture that was frozen for longer than its transaction may last brings nothing any more")
    void capture_that_wakes_up_after_its_successor_took_over_brings_nothing() throws SQLException {
        try (Storm storm = new Storm(servers, ACCOUNTS)) {
            storm.with("kafka.producer.transaction.timeout.ms", Long.toString(TRANSACTION_TIMEOUT.toMillis()));
            try (WarehouseReader reader = storm.startReader();
                    Pipeline sink = storm.startPipeline(SINK);
                    StormLoad load = storm.startLoad(SEED);
                    IdemProcess older = storm.startIdem("older", CAPTURE)) {
                storm.awaitConsistent(PATIENCE);
                storm.awaitProgress(2);
                freezeWithinKafkaTransaction(older);
                assertThat(older.awaitEnd(TRANSACTION_TIMEOUT.plusSeconds(2))).isFalse();
                endReplication(storm);
                try (IdemProcess younger = storm.startIdem("younger", CAPTURE)) {
                    await().atMost(PATIENCE).until(() -> younger.output().contains("streaming begins"));
                    storm.awaitProgress(2);
                    older.thaw();

                    await().atMost(PATIENCE).until(() -> isFencedOrStandsBy(older));
                    load.stop();
                    storm.awaitCaughtUp(PATIENCE, () -> requireAlive(sink));
                    assertThat(younger.isAlive()).as(younger::tail).isTrue();
                }
                reader.stop();

                assertThat(reader.violations()).isEmpty();
                assertThat(LogVersions.doubled(servers.bootstrapServers(), storm.name()))
                        .isEmpty();
                storm.assertEqual();
            }
        }
    }

    /** Under load a capture is within a Kafka transaction as soon as the broker answers nothing any more. */
    private static void freezeWithinKafkaTransaction(IdemProcess capture) {
        servers.freezeKafka();
        try {
            assertThat(capture.awaitEnd(Duration.ofSeconds(1))).isFalse();
            capture.freeze();
        } finally {
            servers.thawKafka();
        }
    }

    /**
     * What the server does by itself after wal_sender_timeout. A session that waits for its client dies of the second
     * request only: the first it answers with a message to the client.
     */
    private static void endReplication(Storm storm) {
        await().atMost(PATIENCE).until(() -> storm.sourceValue("""
                        select count(pg_terminate_backend(active_pid)) from pg_replication_slots
                        where database = current_database() and active""").equals("0"));
    }

    private static boolean isFencedOrStandsBy(IdemProcess capture) {
        return capture.isAlive()
                ? capture.output().contains("is in use by server process")
                : capture.output().contains("a younger capture with the same name has taken over");
    }

    private static void requireAlive(Pipeline pipeline) {
        pipeline.failure().ifPresent(failure -> {
            throw new AssertionError("the pipeline ended", failure);
        });
    }
}
