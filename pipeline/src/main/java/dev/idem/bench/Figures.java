package dev.idem.bench;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/** Prints figures, one a line, as they come. */
final class Figures {

    private final PrintWriter out;

    Figures(PrintWriter out) {
        this.out = out;
    }

    void title(String text) {
        out.println();
        out.println(text);
        out.flush();
    }

    void line(String name, String value) {
        out.printf(Locale.ROOT, "  %-44s %s%n", name, value);
        out.flush();
    }

    void rate(String name, long count, Duration time) {
        double seconds = time.toNanos() / 1e9;
        line(name, String.format(Locale.ROOT, "%,.0f a second (%,d in %.1f s)", count / seconds, count, seconds));
    }

    void equality(boolean equal) {
        line("source and warehouse", equal ? "equal" : "DIFFERENT");
    }

    void memory() {
        ProcessCost.peakMemoryKilobytes()
                .ifPresent(kilobytes -> line(
                        "peak memory of the process, broker included",
                        String.format(Locale.ROOT, "%,d MB", kilobytes / 1024)));
    }
}
