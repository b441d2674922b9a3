package dev.idem.storm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A second process of the same name: it waits while the first one lives, and goes on where that one was killed. */
class StandbyIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int ACCOUNTS = 250;
    private static final long SEED = System.nanoTime();

    private static StormServers servers;

    @BeforeAll
    static void startServers() {
        System.out.println("standby: seed=" + SEED);
        servers = StormServers.start();
    }

    @AfterAll
    static void stopServers() {
        servers.close();
    }

    @Test
    @DisplayName("a second process stands by, capture and sink, and takes over after a kill -9 of the first, and back")
    void second_process_takes_over_after_kill() throws SQLException {
        try (Storm storm = new Storm(servers, ACCOUNTS);
                WarehouseReader reader = storm.startReader();
                StormLoad load = storm.startLoad(SEED);
                IdemProcess first = storm.startIdem("first", Map.of())) {
            storm.awaitConsistent(PATIENCE);
            try (IdemProcess second = storm.startIdem("second", Map.of())) {
                awaitStandby(second);
                storm.awaitProgress(3);
                assertThat(generation(storm)).isEqualTo("1");

                killAndAwait(first, second, storm);
                try (IdemProcess third = storm.startIdem("third", Map.of())) {
                    awaitStandby(third);
                    killAndAwait(second, third, storm);
                    load.stop();
                    storm.awaitCaughtUp(
                            PATIENCE,
                            () -> assertThat(third.isAlive()).as(third::tail).isTrue());
                }
            }
            reader.stop();

            assertThat(generation(storm)).isEqualTo("3");
            assertThat(reader.violations()).isEmpty();
            storm.assertEqual();
        }
    }

    @Test
    @DisplayName("a sink that hangs loses its place, and stops by itself when it goes on")
    void frozen_sink_is_replaced() throws SQLException {
        Map<String, String> sink = Map.of("idem.role", "sink");
        try (Storm storm = new Storm(servers, ACCOUNTS);
                IdemProcess capture = storm.startIdem("capture", Map.of("idem.role", "capture"));
                StormLoad load = storm.startLoad(SEED);
                IdemProcess older = storm.startIdem("older", sink)) {
            storm.awaitConsistent(PATIENCE);
            try (IdemProcess younger = storm.startIdem("younger", sink)) {
                awaitStandby(younger);
                older.freeze();
                await().atMost(PATIENCE).until(() -> generation(storm).equals("2"));
                storm.awaitProgress(2);
                older.thaw();

                assertThat(older.awaitEnd(PATIENCE)).isTrue();
                assertThat(older.exitCode()).isEqualTo(1);
                assertThat(older.output()).contains("a younger writer has taken over");
                load.stop();
                storm.awaitCaughtUp(
                        PATIENCE,
                        () -> assertThat(younger.isAlive()).as(younger::tail).isTrue());
                assertThat(capture.isAlive()).isTrue();
            }
            storm.assertEqual();
        }
    }

    private static void awaitStandby(IdemProcess process) {
        await().atMost(PATIENCE).until(() -> {
            assertThat(process.isAlive()).as(process::tail).isTrue();
            return process.output().contains("sink stands by");
        });
    }

    /** How long it took stands in the test's output; it is no condition, since the machine may be busy. */
    private static void killAndAwait(IdemProcess killed, IdemProcess successor, Storm storm) {
        killed.kill();
        long since = System.nanoTime();
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).until(() -> {
            assertThat(successor.isAlive()).as(successor::tail).isTrue();
            return successor.output().contains("sink applies")
                    && successor.output().contains("streaming begins");
        });
        storm.awaitProgress(1);
        System.out.println("standby: takeoverMs="
                + Duration.ofNanos(System.nanoTime() - since).toMillis());
    }

    private static String generation(Storm storm) {
        return storm.warehouseValue("select generation from idem.progress");
    }
}
