package dev.idem.config;

/**
 * One setting as somebody wrote it.
 *
 * @param key in the form of the file, {@code source.password}
 * @param value as written
 * @param origin where it was written: {@code idem.properties:7}, {@code environment IDEM_SOURCE_PASSWORD},
 *     {@code --set}
 */
public record Given(String key, String value, String origin) {}
