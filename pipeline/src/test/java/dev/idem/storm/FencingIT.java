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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two of a kind at once: the older one does nothing any more, and says so. */
class FencingIT {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int ACCOUNTS = 250;
    private static final long SEED = System.nanoTime();
    private static final Map<String, String> CAPTURE = Map.of("idem.role", "capture");
    private static final Map<String, String> SINK = Map.of("idem.role", "sink");
    private static final int SHORT_TRANSACTION = 5_000;
    private static final int LONG_TRANSACTION = 900_000;

    private static final String SLOT = " from pg_replication_slots where database = current_database()";

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
                // As if the older one had not been seen for long: without this the younger one stands by.
                storm.warehouse("delete from idem.writer_lease");
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

    /** The broker gives up the short transaction by itself, sooner or later; the long one only the successor ends. */
    @ParameterizedTest(name = "transaction.timeout.ms={0}")
    @ValueSource(ints = {SHORT_TRANSACTION, LONG_TRANSACTION})
    @DisplayName("trap 18: a capture that was frozen within its transaction brings nothing any more")
    void capture_that_wakes_up_after_its_successor_took_over_brings_nothing(int transactionTimeout)
            throws SQLException {
        try (Storm storm = new Storm(servers, ACCOUNTS)) {
            storm.with("kafka.producer.transaction.timeout.ms", Integer.toString(transactionTimeout));
            // When it wakes up nothing but the fence may keep it from going on where it stood.
            storm.with("kafka.producer.delivery.timeout.ms", Integer.toString(LONG_TRANSACTION));
            try (WarehouseReader reader = storm.startReader();
                    Pipeline sink = storm.startPipeline(SINK);
                    StormLoad load = storm.startLoad(SEED);
                    IdemProcess older = storm.startIdem("older", CAPTURE)) {
                storm.awaitConsistent(PATIENCE);
                storm.awaitProgress(2);
                freezeWithinKafkaTransaction(older);
                assertThat(older.awaitEnd(Duration.ofMillis(SHORT_TRANSACTION).plusSeconds(2)))
                        .isFalse();
                endReplication(storm);
                String confirmedByOlder = storm.sourceValue("select confirmed_flush_lsn" + SLOT);
                try (IdemProcess younger = storm.startIdem("younger", CAPTURE)) {
                    await().atMost(PATIENCE).until(() -> younger.output().contains("streaming begins"));
                    await().atMost(PATIENCE)
                            .until(() -> storm.sourceValue("select count(*)" + SLOT + " and confirmed_flush_lsn > '"
                                            + confirmedByOlder + '\'')
                                    .equals("1"));
                    older.thaw();

                    await().atMost(PATIENCE).until(() -> isFencedOrStandsBy(older));
                    assertThat(LogVersions.doubled(servers.bootstrapServers(), storm.name()))
                            .isEmpty();
                    storm.awaitProgress(2);
                    load.stop();
                    storm.awaitCaughtUp(PATIENCE, () -> requireAlive(sink));
                    assertThat(younger.isAlive()).as(younger::tail).isTrue();
                }
                reader.stop();

                assertThat(reader.violations()).isEmpty();
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
