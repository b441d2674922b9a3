package dev.idem.storm;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * How long a storm lasts and what happens in it, told by system properties:
 *
 * <ul>
 *   <li>{@code idem.storm.seconds} or {@code idem.storm.minutes}: how long the load runs, 12 seconds without
 *   <li>{@code idem.storm.kills}: how many blows kill, 5 without, so that each part is killed once
 *   <li>{@code idem.storm.freezes}: how many blows stop and let go on, 1 without
 *   <li>{@code idem.storm.longest-freeze}: seconds, 2 without; most are much shorter
 *   <li>{@code idem.storm.accounts}: accounts a branch, of 4 branches; 2500 without
 *   <li>{@code idem.storm.seed}: to have the same blows again
 *   <li>{@code idem.storm.pgbench}: path of the program {@code pgbench}, which then makes the load instead of our own
 *       clients
 * </ul>
 *
 * @param seed what all chance comes from
 * @param duration how long the load runs
 * @param kills how many blows kill
 * @param freezes how many blows freeze
 * @param longestFreeze how long at most
 * @param accounts accounts of each branch
 * @param pgbench the program, where it is to make the load
 */
record StormPlan(
        long seed,
        Duration duration,
        int kills,
        int freezes,
        Duration longestFreeze,
        int accounts,
        Optional<String> pgbench) {

    /** Every so many blows one hits several parts at once. */
    private static final int SEVERAL = 6;

    static StormPlan fromSystemProperties() {
        Duration duration = Duration.ofMinutes(Integer.getInteger("idem.storm.minutes", 0))
                .plusSeconds(Integer.getInteger("idem.storm.seconds", 0));
        Optional<String> pgbench = Optional.ofNullable(System.getProperty("idem.storm.pgbench"));
        return new StormPlan(
                Long.getLong("idem.storm.seed", System.nanoTime()),
                duration.isZero() ? Duration.ofSeconds(12) : duration,
                Integer.getInteger("idem.storm.kills", StormPart.values().length),
                Integer.getInteger("idem.storm.freezes", 1),
                Duration.ofSeconds(Integer.getInteger("idem.storm.longest-freeze", 2)),
                Integer.getInteger("idem.storm.accounts", pgbench.isPresent() ? 100_000 : 2_500),
                pgbench);
    }

    /** One blow in each of equal parts of the time; the parts of the pipeline come in turns, each turn in any order. */
    List<Strike> strikes() {
        Random random = new Random(seed);
        int count = kills + freezes;
        Set<Integer> freezing = freezing(random, count);
        Duration share = duration.dividedBy(Math.max(1, count));
        List<StormPart> turn = new ArrayList<>();
        List<Strike> strikes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            if (turn.isEmpty()) {
                turn.addAll(List.of(StormPart.values()));
                Collections.shuffle(turn, random);
            }
            Set<StormPart> parts = EnumSet.of(turn.remove(turn.size() - 1));
            if (i % SEVERAL == SEVERAL - 1) {
                parts.add(any(random));
                parts.add(any(random));
            }
            Duration at = share.multipliedBy(i).plusMillis((long) (random.nextDouble() * share.toMillis()));
            strikes.add(new Strike(at, parts, freezing.contains(i) ? freeze(random) : null));
        }
        return strikes;
    }

    private Set<Integer> freezing(Random random, int count) {
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(i);
        }
        Collections.shuffle(all, random);
        return Set.copyOf(all.subList(0, freezes));
    }

    private static StormPart any(Random random) {
        List<StormPart> all = List.of(StormPart.values());
        return all.get(random.nextInt(all.size()));
    }

    private Duration freeze(Random random) {
        double chance = random.nextDouble();
        return Duration.ofMillis(1_000 + (long) (chance * chance * (longestFreeze.toMillis() - 1_000)));
    }
}
