package dev.idem.config;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Amounts with their unit behind them: {@code 200ms}, {@code 64MiB}. */
public final class Units {
    private static final Pattern AMOUNT = Pattern.compile("(\\d{1,12})\\s*([A-Za-z]+)");

    private static final Map<String, Duration> TIMES = Map.of(
            "ms", Duration.ofMillis(1),
            "s", Duration.ofSeconds(1),
            "m", Duration.ofMinutes(1),
            "h", Duration.ofHours(1),
            "d", Duration.ofDays(1));

    private static final Map<String, Long> SIZES = Map.of("B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30);

    private Units() {}

    /** A time with its unit, such as {@code 60s}; empty for anything else. */
    public static Optional<Duration> duration(String text) {
        Matcher amount = AMOUNT.matcher(text);
        if (!amount.matches() || !TIMES.containsKey(amount.group(2))) {
            return Optional.empty();
        }
        Duration unit = TIMES.getOrDefault(amount.group(2), Duration.ZERO);
        return exact(() -> unit.multipliedBy(Long.parseLong(amount.group(1))));
    }

    static Optional<Long> bytes(String text) {
        Matcher amount = AMOUNT.matcher(text);
        if (!amount.matches() || !SIZES.containsKey(amount.group(2))) {
            return Optional.empty();
        }
        long unit = SIZES.getOrDefault(amount.group(2), 0L);
        return exact(() -> Math.multiplyExact(unit, Long.parseLong(amount.group(1))));
    }

    private static <T> Optional<T> exact(Supplier<T> amount) {
        try {
            return Optional.of(amount.get());
        } catch (ArithmeticException tooLarge) {
            return Optional.empty();
        }
    }
}
