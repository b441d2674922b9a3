package dev.idem.status;

import java.time.Duration;
import java.util.Locale;

/** Amounts as a person reads them. */
public final class Sizes {

    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    private static final int STEP = 1024;

    private Sizes() {}

    /** Bytes in the largest unit of which there is one whole, such as {@code 1.5 GiB}. */
    public static String text(long bytes) {
        double amount = bytes;
        int unit = 0;
        while (Math.abs(amount) >= STEP && unit < UNITS.length - 1) {
            amount /= STEP;
            unit++;
        }
        return unit == 0
                ? bytes + " B"
                : String.format(Locale.ROOT, amount < 10 ? "%.1f %s" : "%.0f %s", amount, UNITS[unit]);
    }

    /** A time, such as {@code 0.4 s}, {@code 3 min 20 s} or {@code 2 d 4 h}. */
    public static String text(Duration time) {
        long seconds = time.toSeconds();
        if (seconds < 10) {
            return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
        }
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3600) {
            return seconds / 60 + " min " + seconds % 60 + " s";
        }
        return seconds < 86_400
                ? seconds / 3600 + " h " + seconds % 3600 / 60 + " min"
                : seconds / 86_400 + " d " + seconds % 86_400 / 3600 + " h";
    }
}
