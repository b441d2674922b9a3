package dev.idem.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * The pipeline recovers from a blow at any of its crash points: by itself where a call fails or hangs, after a start
 * where the process is gone; everything is equal then, and no version stands in the log twice.
 *
 * <p>The short form is a few trials by chance. The long one, {@code -Didem.crash.minutes=600}, goes through all of them
 * by chance for that long: {@code -Didem.crash.blows=KILL,FAIL,...}, {@code -Didem.crash.passings=1,2} and
 * {@code -Didem.crash.hang-seconds=30} bound it.
 */
class CrashPointsIT {

    private static final long SEED = Long.getLong("idem.seed", System.nanoTime());
    private static final Duration SHORT_HANG = Duration.ofSeconds(2);

    /** Trials begin within this time; the first of them pays for the servers. */
    private static final Duration SHORT = Duration.ofSeconds(20);

    private final List<String> failures = new ArrayList<>();
    private final Set<String> struck = new TreeSet<>();
    private final Set<String> notStruck = new TreeSet<>();
    private int recovered;
    private int notReached;

    @Test
    void pipeline_recovers_from_a_blow_at_a_point_taken_by_chance() throws Exception {
        run(shuffled(List.of(Blow.values()), List.of(1)), SHORT_HANG, SHORT);

        requireNothingFound();
    }

    @Test
    @EnabledIfSystemProperty(named = "idem.crash.minutes", matches = "\\d+")
    void pipeline_recovers_from_every_blow_at_every_point() throws Exception {
        List<Blow> blows = Arrays.stream(
                        System.getProperty("idem.crash.blows", "KILL,FAIL,HANG,DONE_THEN_FAIL,DONE_THEN_KILL")
                                .split(","))
                .map(Blow::valueOf)
                .toList();
        List<Integer> passings = Arrays.stream(
                        System.getProperty("idem.crash.passings", "1,3").split(","))
                .map(Integer::valueOf)
                .toList();
        run(
                shuffled(blows, passings),
                Duration.ofSeconds(Integer.getInteger("idem.crash.hang-seconds", 30)),
                Duration.ofMinutes(Integer.getInteger("idem.crash.minutes", 1)));

        requireNothingFound();
        notStruck.removeAll(struck);
        assertThat(notStruck)
                .as("seed %d, points that no trial reached in their scenario", SEED)
                .isEmpty();
    }

    /** How often each scenario passes each point, to choose scenarios for {@code crash-points.txt}. */
    @Test
    @EnabledIfSystemProperty(named = "idem.crash.count", matches = "true")
    void count_passings() throws Exception {
        try (Trials trials = new Trials(SHORT_HANG)) {
            for (Scenario scenario : Scenario.values()) {
                Map<String, Integer> passings = trials.passings(scenario);
                passings.forEach((point, times) -> System.out.println(scenario + " " + times + " " + point));
            }
        }
    }

    private static List<Trial> shuffled(List<Blow> blows, List<Integer> passings) {
        List<Trial> trials = Trials.all(CrashPoints.load(), blows, passings);
        Collections.shuffle(trials, new Random(SEED));
        return trials;
    }

    private void run(List<Trial> all, Duration hang, Duration limit) {
        long until = System.nanoTime() + limit.toNanos();
        try (Trials trials = new Trials(hang)) {
            for (Trial trial : all) {
                if (System.nanoTime() > until && recovered > 0) {
                    break;
                }
                tell(trial, trials);
            }
        }
        System.out.printf(
                "crash points: seed=%d recovered=%d notReached=%d failed=%d of %d trials, %d points struck%n",
                SEED, recovered, notReached, failures.size(), all.size(), struck.size());
    }

    private void tell(Trial trial, Trials trials) {
        long begun = System.nanoTime();
        String came;
        try {
            Trials.Result result = trials.run(trial);
            came = result.toString();
            switch (result) {
                case RECOVERED -> {
                    recovered++;
                    struck.add(trial.point());
                }
                case NOT_REACHED -> {
                    notReached++;
                    notStruck.add(trial.point());
                }
            }
        } catch (Exception | AssertionError e) {
            came = "FAILED " + e;
            failures.add(trial + ": " + e);
        }
        System.out.printf("crash point: %s ms=%d %s%n", trial, (System.nanoTime() - begun) / 1_000_000, came);
    }

    private void requireNothingFound() {
        assertThat(failures)
                .as("seed %d, from which the pipeline did not recover", SEED)
                .isEmpty();
        assertThat(recovered).as("seed %d, trials", SEED).isPositive();
    }
}
