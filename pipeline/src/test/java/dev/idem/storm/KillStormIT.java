package dev.idem.storm;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The program under load, killed with SIGKILL at random moments and started again.
 *
 * <p>The long form, from a clean clone: {@code ./mvnw -B -pl pipeline -am verify -Dit.test=KillStormIT -Dtest=none
 * -Didem.storm.minutes=10 -Didem.storm.kills=10 -Didem.storm.accounts=25000 -Didem.test.pg=15}; what else can be said
 * see {@link StormPlan}.
 */
class KillStormIT {

    private static final Duration DRAIN = Duration.ofMinutes(5);

    private final StormPlan plan = StormPlan.fromSystemProperties();

    @Test
    @DisplayName("kill -9 at random moments: tables end equal, no row doubled, no transaction seen in half")
    void process_killed_at_random_moments_neither_loses_nor_doubles_nor_shows_half_a_transaction() throws SQLException {
        say(plan + " kills=" + plan.killMoments());
        try (StormServers servers = StormServers.start();
                Storm storm = new Storm(servers, plan.accounts());
                WarehouseReader reader = storm.startReader()) {
            IdemProcess last = weather(storm);
            try (last) {
                storm.awaitCaughtUp(DRAIN, () -> requireAlive(last));
            }
            reader.stop();

            say("looks=" + reader.looks() + " moves=" + reader.moves() + " events="
                    + storm.warehouseValue("select events from idem.progress") + " history="
                    + storm.sourceValue("select count(*) from pgbench_history"));
            assertThat(reader.violations()).isEmpty();
            assertThat(reader.looks()).isPositive();
            storm.assertEqual();
        }
    }

    /** Load and kills; the process that lives at the end. */
    private IdemProcess weather(Storm storm) {
        try (StormLoad load = storm.startLoad(plan)) {
            long start = System.nanoTime();
            IdemProcess idem = storm.startIdem();
            for (Duration moment : plan.killMoments()) {
                runUntil(idem, start, moment);
                idem.kill();
                say("killed at " + Duration.ofNanos(System.nanoTime() - start) + " transactions=" + load.committed());
                idem = storm.startIdem();
            }
            runUntil(idem, start, plan.duration());
            load.stop();
            say("load ends transactions=" + load.committed() + " refused=" + load.refused());
            return idem;
        }
    }

    private static void runUntil(IdemProcess idem, long start, Duration moment) {
        if (idem.awaitEnd(moment.minusNanos(System.nanoTime() - start))) {
            requireAlive(idem);
        }
    }

    private static void requireAlive(IdemProcess idem) {
        if (!idem.isAlive()) {
            throw new AssertionError("Idem ended by itself with " + idem.exitCode() + ":\n" + idem.tail());
        }
    }

    /** Into the test's output: the seed and the figures. */
    private static void say(String text) {
        System.out.println("storm: " + text);
    }
}
