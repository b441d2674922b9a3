package dev.idem.storm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.idem.process.Pipeline;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** {@code idem replay} in a process of its own, beside a pipeline that runs. */
class ReplayKillIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int KILLS = 3;
    private static final int ACCOUNTS = 2_000;

    @Test
    void replay_killed_at_random_moments_ends_after_its_restart_and_counts_every_event_once() throws Exception {
        long seed = Long.getLong("idem.test.seed", System.nanoTime());
        Random random = new Random(seed);
        try (StormServers servers = StormServers.start();
                Storm storm = new Storm(servers, ACCOUNTS);
                Pipeline pipeline = storm.startPipeline(Map.of())) {
            storm.awaitConsistent(PATIENCE);
            try (StormLoad load = storm.startLoad(seed)) {
                storm.awaitProgress(20);
                load.stop();
            }
            storm.awaitCaughtUp(PATIENCE, () -> assertThat(pipeline.failure()).isEmpty());
            storm.warehouse("delete from pgbench_accounts where aid % 7 = 0");

            for (int i = 0; i < KILLS; i++) {
                long before = seen(storm);
                try (IdemProcess replay = storm.startCommand("replay", "--from", "beginning", "--rate", "500")) {
                    await().atMost(PATIENCE).until(() -> seen(storm) > before || !replay.isAlive());
                    assertThat(replay.awaitEnd(Duration.ofMillis(random.nextInt(300))))
                            .as("seed %d, it ended too early: %s", seed, replay.tail())
                            .isFalse();
                    replay.kill();
                }
            }
            try (IdemProcess replay = storm.startCommand("replay", "--from", "beginning")) {
                assertThat(replay.awaitEnd(PATIENCE)).as(replay.tail()).isTrue();
                assertThat(replay.exitCode()).as(replay.tail()).isZero();
                assertThat(replay.tail()).contains("Replayed cuts 1 to ").contains("skipped as already applied");
            }

            assertThat(storm.warehouseValue("select string_agg(state, ' ') from idem.replay"))
                    .as("seed %d, replays", seed)
                    .isEqualTo("done");
            assertThat(storm.warehouseValue("select sum(seen) from idem.replay_table"))
                    .as("seed %d, events seen by table", seed)
                    .isEqualTo(storm.warehouseValue("select events from idem.progress"));
            storm.assertEqual();
        }
    }

    private static long seen(Storm storm) {
        return Long.parseLong(storm.warehouseValue("select coalesce(max(seen), 0) from idem.replay"));
    }
}
