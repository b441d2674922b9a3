package dev.idem.config;

/**
 * A text that no log, message or listing may show.
 *
 * @param reveal the text itself, for the one who needs it
 */
public record Secret(String reveal) {
    /** What stands for every secret. */
    public static final String HIDDEN = "***";

    @Override
    public String toString() {
        return HIDDEN;
    }
}
