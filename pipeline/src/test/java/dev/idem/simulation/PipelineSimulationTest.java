package dev.idem.simulation;

import static org.assertj.core.api.Assertions.fail;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Nothing lost, doubled or resurrected, whatever goes wrong: thousands of schedules of writes, deliveries, crashes,
 * second processes, replays, re-reads and restored sources.
 *
 * <p>{@code -Didem.simulation.schedules=1000000} runs that many; {@code -Didem.simulation.seed=N} runs one again.
 */
class PipelineSimulationTest {

    private static final int SCHEDULES = Integer.getInteger("idem.simulation.schedules", 2_000);
    private static final Logger LOG = (Logger) LoggerFactory.getLogger("dev.idem");
    private static Level level;

    @BeforeAll
    static void quiet() {
        level = LOG.getLevel();
        LOG.setLevel(Level.OFF);
    }

    @AfterAll
    static void loud() {
        LOG.setLevel(level);
    }

    @Test
    void no_schedule_of_faults_loses_doubles_or_resurrects_a_change() {
        Long only = Long.getLong("idem.simulation.seed");
        if (only != null) {
            check(only);
            return;
        }
        long first = new Random().nextLong() >>> 1;
        for (long seed = first; seed < first + SCHEDULES; seed++) {
            check(seed);
        }
    }

    private static void check(long seed) {
        List<Step> steps = Schedules.of(seed);
        if (Schedules.run(seed, steps) != null) {
            List<Step> shrunk = Schedules.shrunk(seed, steps);
            Schedules.Broken broken = Schedules.run(seed, shrunk);
            if (broken == null) {
                throw new AssertionError("seed " + seed + " does not fail twice");
            }
            fail(
                    "seed %d (again: -Didem.simulation.seed=%d), %d of %d steps:%n%s%n%s"
                            .formatted(
                                    seed,
                                    seed,
                                    shrunk.size(),
                                    steps.size(),
                                    String.join("\n", broken.trace()),
                                    broken.failure()),
                    broken.failure());
        }
    }
}
