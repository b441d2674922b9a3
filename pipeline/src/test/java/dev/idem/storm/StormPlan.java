package dev.idem.storm;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * How long a storm lasts and what happens in it, told by system properties:
 *
 * <ul>
 *   <li>{@code idem.storm.seconds} or {@code idem.storm.minutes}: how long the load runs, 40 seconds without
 *   <li>{@code idem.storm.kills}: how often the Idem process is killed, 3 without
 *   <li>{@code idem.storm.accounts}: accounts a branch, of 4 branches; 2500 without
 *   <li>{@code idem.storm.seed}: to have the same moments again
 *   <li>{@code idem.storm.pgbench}: path of the program {@code pgbench}, which then makes the load instead of our own
 *       clients
 * </ul>
 *
 * @param seed what all chance comes from
 * @param duration how long the load runs
 * @param kills how often the process is killed
 * @param accounts accounts of each branch
 * @param pgbench the program, where it is to make the load
 */
record StormPlan(long seed, Duration duration, int kills, int accounts, Optional<String> pgbench) {

    static StormPlan fromSystemProperties() {
        Duration duration = Duration.ofMinutes(Integer.getInteger("idem.storm.minutes", 0))
                .plusSeconds(Integer.getInteger("idem.storm.seconds", 0));
        Optional<String> pgbench = Optional.ofNullable(System.getProperty("idem.storm.pgbench"));
        return new StormPlan(
                Long.getLong("idem.storm.seed", System.nanoTime()),
                duration.isZero() ? Duration.ofSeconds(40) : duration,
                Integer.getInteger("idem.storm.kills", 3),
                Integer.getInteger("idem.storm.accounts", pgbench.isPresent() ? 100_000 : 2_500),
                pgbench);
    }

    /** When to kill, from the start of the storm: one moment in each of equal parts, so that none falls on another. */
    List<Duration> killMoments() {
        Random random = new Random(seed);
        Duration part = duration.dividedBy(Math.max(1, kills));
        List<Duration> moments = new ArrayList<>();
        for (int i = 0; i < kills; i++) {
            moments.add(part.multipliedBy(i).plusMillis((long) (random.nextDouble() * part.toMillis())));
        }
        return moments;
    }
}
