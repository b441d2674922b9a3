package dev.idem.reduce;

import java.util.Random;
import java.util.function.LongConsumer;

/**
 * Runs a property for many seeds. A failure names the seed; {@code -Didem.seed=N} runs that one alone, and
 * {@code -Didem.seeds=N} runs that many.
 */
public final class Seeds {

    private Seeds() {}

    /** Runs the property for {@code count} seeds. */
    public static void check(int count, LongConsumer property) {
        Long only = Long.getLong("idem.seed");
        if (only != null) {
            property.accept(only);
            return;
        }
        long first = new Random().nextLong() >>> 1;
        int seeds = Integer.getInteger("idem.seeds", count);
        for (long seed = first; seed < first + seeds; seed++) {
            try {
                property.accept(seed);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("failed with seed " + seed + " (again: -Didem.seed=" + seed + ")", e);
            }
        }
    }
}
