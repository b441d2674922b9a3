package dev.idem.teeth;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What came of a test.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param outcome whether it failed
 * @param reason why, in one line
 * @param seconds how long it took
 */
record Verdict(Outcome outcome, String reason, long seconds) {

    private static final int SHORT = 160;

    /** How a test ends. */
    enum Outcome {
        /** It ran and passed. */
        PASSED,
        /** It ran and failed. */
        FAILED,
        /** It could not be run: it is not there, or what it needs could not be made. */
        NOT_RUN,
        /** It did not come to an end in time. */
        TIMED_OUT,
        /** The patched sources do not compile. */
        NOT_COMPILED
    }

    /** The verdict that the test's process has left: the outcome, then the reason. */
    static Verdict read(Path file, long seconds) throws IOException {
        if (!Files.exists(file)) {
            return new Verdict(Outcome.NOT_RUN, "the process ended without a verdict", seconds);
        }
        List<String> lines = Files.readAllLines(file);
        return new Verdict(Outcome.valueOf(lines.get(0)), brief(lines.subList(1, lines.size())), seconds);
    }

    private static String brief(List<String> lines) {
        String text = String.join(" ", lines).replace('|', '/').strip();
        return text.length() > SHORT ? text.substring(0, SHORT) + "..." : text;
    }
}
