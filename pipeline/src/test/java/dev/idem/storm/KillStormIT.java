package dev.idem.storm;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The source, the capture, the broker, the sink and the warehouse, each in a process of its own, killed with SIGKILL
 * and stopped with SIGSTOP at random moments under load, some of them several at once.
 *
 * <p>The long form, from a clean clone: {@code ./mvnw -B -pl pipeline -am verify -Dit.test=KillStormIT -Dtest=none
 * -Didem.storm.minutes=15 -Didem.storm.kills=80 -Didem.storm.freezes=12 -Didem.storm.longest-freeze=90}; what else can
 * be said see {@link StormPlan}.
 */
class KillStormIT {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration DRAIN = Duration.ofMinutes(5);

    private final StormPlan plan = StormPlan.fromSystemProperties();

    @Test
    @DisplayName(
            "kill -9 and SIGSTOP of every part at random moments: tables end equal, no row doubled, nothing resurrected,"
                    + " no version falls, no transaction seen in half")
    void parts_struck_at_random_moments_lose_double_and_resurrect_nothing() throws SQLException {
        say(plan);
        try (StormServers servers = StormServers.start();
                Storm storm = new Storm(servers, plan.accounts());
                WarehouseReader reader = storm.startReader();
                StormProcesses processes = StormProcesses.start(storm, servers)) {
            storm.awaitConsistent(PATIENCE);
            weather(storm, processes);
            storm.awaitCaughtUp(DRAIN, processes::requireAlive);
            reader.stop();

            say("looks=" + reader.looks() + " moves=" + reader.moves() + " misses=" + reader.misses() + " events="
                    + storm.warehouseValue("select events from idem.progress") + " history="
                    + storm.sourceValue("select count(*) from pgbench_history"));
            assertThat(reader.violations()).isEmpty();
            assertThat(reader.looks()).isPositive();
            assertThat(LogVersions.doubled(servers.bootstrapServers(), storm.name()))
                    .isEmpty();
            storm.assertEqual();
        }
    }

    /** Load and blows. */
    private void weather(Storm storm, StormProcesses processes) {
        List<Strike> strikes = plan.strikes();
        try (StormLoad load = storm.startLoad(plan)) {
            long start = System.nanoTime();
            for (Strike strike : strikes) {
                processes.awaitQuietly(strike.at().minusNanos(System.nanoTime() - start));
                say(strike + " transactions=" + load.committed());
                processes.strike(strike);
            }
            processes.awaitQuietly(plan.duration().minusNanos(System.nanoTime() - start));
            load.stop();
            say("load ends transactions=" + load.committed() + " refused=" + load.refused());
        }
    }

    /** Into the test's output: the seed, the blows and the figures. */
    private static void say(Object text) {
        System.out.println("storm: " + text);
    }
}
