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
    @DisplayName(
            "a second process stands by, takes over after a kill -9 of the first, and gives way when it hangs itself")
    void next_process_takes_over_from_one_that_was_killed_and_from_one_that_hangs() throws SQLException {
        try (Storm storm = new Storm(servers, ACCOUNTS);
                WarehouseReader reader = storm.startReader();
                StormLoad load = storm.startLoad(SEED);
                IdemProcess first = storm.startIdem("first", Map.of())) {
            storm.awaitConsistent(PATIENCE);
            try (IdemProcess second = storm.startIdem("second", Map.of())) {
                awaitStandby(second);
                storm.awaitProgress(2);
                assertThat(generation(storm)).isEqualTo("1");
                killAndAwait(first, second, storm);
                try (IdemProcess third = storm.startIdem("third", Map.of())) {
                    awaitStandby(third);
                    second.freeze();
                    await().atMost(PATIENCE).until(() -> generation(storm).equals("3"));
                    second.thaw();

                    assertThat(second.awaitEnd(PATIENCE)).isTrue();
                    assertThat(second.exitCode()).isEqualTo(1);
                    assertThat(second.output()).contains("a younger writer has taken over");
                    load.stop();
                    storm.awaitCaughtUp(
                            PATIENCE,
                            () -> assertThat(third.isAlive()).as(third::tail).isTrue());
                }
            }
            reader.stop();

            assertThat(reader.violations()).isEmpty();
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
