package dev.idem.apply;

import dev.idem.target.TargetSettings;
import java.time.Duration;
import java.util.Optional;

/**
 * Bounds of one write.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param maxRows how many changes are reduced before they are written
 * @param maxCharacters how many characters of values are held before they are written
 * @param maxCuts how many cuts are applied in one transaction at the most
 * @param onTableFailure what is done where one table cannot go on
 * @param targets how the tables follow those of the source
 * @param tombstonePurge how often it is looked for deletes that the log can no longer undo; empty where all are kept
 */
public record ApplySettings(
        int maxRows,
        long maxCharacters,
        int maxCuts,
        OnTableFailure onTableFailure,
        TargetSettings targets,
        Optional<Duration> tombstonePurge) {

    /** How often it is looked where nothing else is set. */
    private static final Duration PURGE = Duration.ofMinutes(1);

    /** Checks the bounds. */
    public ApplySettings {
        if (maxRows < 1 || maxCharacters < 1 || maxCuts < 1) {
            throw new IllegalArgumentException("apply: max-rows " + maxRows + ", characters " + maxCharacters
                    + ", max-cuts " + maxCuts + " (expected: >= 1)");
        }
    }

    /** The same with the usual purge. */
    public ApplySettings(
            int maxRows, long maxCharacters, int maxCuts, OnTableFailure onTableFailure, TargetSettings targets) {
        this(maxRows, maxCharacters, maxCuts, onTableFailure, targets, Optional.of(PURGE));
    }

    /** The bounds that hold where nothing else is set. */
    public static ApplySettings defaults() {
        return new ApplySettings(20_000, 32L << 20, 500, OnTableFailure.WAIT, TargetSettings.defaults());
    }
}
