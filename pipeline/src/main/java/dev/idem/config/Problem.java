package dev.idem.config;

/**
 * One thing wrong with the settings.
 *
 * @param origin where it was written, or what could have been
 * @param key the setting
 * @param found its value and what is wrong with it
 * @param expected what would be right
 */
public record Problem(String origin, String key, String found, String expected) {
    @Override
    public String toString() {
        return origin + ": " + key + ": " + found + " (expected: " + expected + ")";
    }
}
