package dev.idem.demo;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What one may wish of the demo.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param duration from the end of the snapshot to the closing of the shop
 * @param afterwards what happens after the verdict
 * @param dataDirectory where the servers keep their data; empty for one that is deleted at the end
 * @param form how it is shown
 */
public record DemoSettings(Duration duration, Afterwards afterwards, Optional<Path> dataDirectory, Form form) {

    /** Shorter than this there is no time for a crash and a replay between the acts. */
    public static final Duration SHORTEST = Duration.ofSeconds(10);

    /** Checks the duration. */
    public DemoSettings {
        if (duration.compareTo(SHORTEST) < 0) {
            throw new IllegalArgumentException("duration: " + duration.toSeconds() + "s (expected: >= "
                    + SHORTEST.toSeconds() + "s, or there is no time for all acts)");
        }
    }

    /** What happens after the verdict. */
    public enum Afterwards {
        /** Everything is stopped. */
        END,
        /** The shop opens again and sells until one ends it. */
        KEEP_RUNNING
    }

    /** How it is shown. */
    public enum Form {
        /** One screen, where the terminal can do that; lines otherwise. */
        SCREEN,
        /** Lines. */
        LINES,
        /** The verdict alone. */
        VERDICT
    }
}
