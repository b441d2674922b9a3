package dev.idem.simulation;

import static org.assertj.core.api.Assertions.fail;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.time.Duration;
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
 * <p>An ordinary run tries as many as 30 seconds allow, at most 10,000. {@code -Didem.simulation.schedules=1000000}
 * runs that many, however long it takes; {@code -Didem.simulation.seed=N} runs one again.
 */
class PipelineSimulationTest {

    private static final int ORDINARY_SCHEDULES = 10_000;
    private static final Duration ORDINARY_TIME = Duration.ofSeconds(30);
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
        Integer asked = Integer.getInteger("idem.simulation.schedules");
        int most = asked == null ? ORDINARY_SCHEDULES : asked;
        long end = System.nanoTime() + ORDINARY_TIME.toNanos();
        int count = 0;
        while (count < most && (asked != null || System.nanoTime() - end < 0)) {
            check(first + count);
            count++;
        }
        System.out.println("simulated schedules: " + count + ", the first of seed " + first);
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
