package dev.idem.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Runs schedules, and makes those that fail short. */
final class Schedules {

    private static final int MOST_ATTEMPTS = 600;

    private Schedules() {}

    /**
     * A schedule that broke an invariant.
     *
     * @param failure what broke
     * @param trace what happened, a line a step
     */
    record Broken(Throwable failure, List<String> trace) {}

    /** Runs a schedule to its end; null where everything held. */
    static @Nullable Broken run(long seed, List<Step> steps) {
        try (World world = new World(seed)) {
            try {
                steps.forEach(world::run);
                world.heal();
                return null;
            } catch (RuntimeException | AssertionError e) {
                return new Broken(e, List.copyOf(world.trace()));
            }
        }
    }

    /** The schedule of a seed. */
    static List<Step> of(long seed) {
        return Step.schedule(new Random(seed));
    }

    /** Leaves out steps, larger parts first, as long as something breaks. */
    static List<Step> shrunk(long seed, List<Step> failing) {
        List<Step> steps = failing;
        int attempts = 0;
        for (int part = Math.max(1, steps.size() / 2); part >= 1; part /= 2) {
            boolean shorter = true;
            while (shorter) {
                shorter = false;
                for (int from = 0; from + part <= steps.size() && attempts++ < MOST_ATTEMPTS; ) {
                    List<Step> fewer = new ArrayList<>(steps.subList(0, from));
                    fewer.addAll(steps.subList(from + part, steps.size()));
                    if (run(seed, fewer) == null) {
                        from += part;
                    } else {
                        steps = fewer;
                        shorter = true;
                    }
                }
            }
        }
        return steps;
    }
}
