package dev.idem.breadth;

import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How large the generated database is and what happens to it, told by system properties:
 *
 * <ul>
 *   <li>{@code idem.seed}: the same database and the same choices of each client again; how the clients' transactions
 *       interleave is the server's matter, so a single client ({@code idem.breadth.clients=1}) replays most exactly
 *   <li>{@code idem.breadth.tables}: how many tables there are at the start, 30 without
 *   <li>{@code idem.breadth.seconds} or {@code idem.breadth.minutes}: how long they are changed, 20 seconds without
 *   <li>{@code idem.breadth.clients}: 4 without
 *   <li>{@code idem.breadth.restarts}: how often the pipeline is stopped and started, 2 without
 *   <li>{@code idem.breadth.ddl}: {@code default}, {@code all}, {@code none}, or names of {@link SchemaOperation}, with
 *       commas
 * </ul>
 *
 * @param seed what all chance comes from
 * @param tables at the start
 * @param duration of the changes
 * @param clients that make them
 * @param restarts of the pipeline meanwhile
 * @param operations changes of the schema that may happen
 */
record BreadthPlan(
        long seed, int tables, Duration duration, int clients, int restarts, Set<SchemaOperation> operations) {

    static BreadthPlan fromSystemProperties() {
        Duration duration = Duration.ofMinutes(Integer.getInteger("idem.breadth.minutes", 0))
                .plusSeconds(Integer.getInteger("idem.breadth.seconds", 0));
        return new BreadthPlan(
                Long.getLong("idem.seed", System.nanoTime()),
                Integer.getInteger("idem.breadth.tables", 30),
                duration.isZero() ? Duration.ofSeconds(20) : duration,
                Integer.getInteger("idem.breadth.clients", 4),
                Integer.getInteger("idem.breadth.restarts", 2),
                operations(System.getProperty("idem.breadth.ddl", "all")));
    }

    /** A few tables, for a test that is to be short. */
    static BreadthPlan small(long seed) {
        return new BreadthPlan(seed, 8, Duration.ofSeconds(12), 3, 1, EnumSet.allOf(SchemaOperation.class));
    }

    private static Set<SchemaOperation> operations(String names) {
        return switch (names) {
            case "none" -> EnumSet.noneOf(SchemaOperation.class);
            case "all" -> EnumSet.allOf(SchemaOperation.class);
            default ->
                Arrays.stream(names.split(",", -1))
                        .map(name -> SchemaOperation.valueOf(name.strip().toUpperCase(Locale.ROOT)))
                        .collect(Collectors.toCollection(() -> EnumSet.noneOf(SchemaOperation.class)));
        };
    }
}
