package dev.idem.testing;

import dev.idem.embedded.PostgresBinaries;
import java.util.List;
import java.util.stream.Stream;

/**
 * The PostgreSQL versions that the tests run on: those of {@code -Didem.test.pg}, such as {@code 15}, {@code 13,17} or
 * {@code all}; 18 without it.
 */
public final class PostgresVersions {
    /** The version that the program carries with it. */
    public static final String DEFAULT = "18";

    private static final List<String> ALL = List.of("13", "14", "15", "16", "17", "18");

    private PostgresVersions() {}

    /** For {@code @MethodSource("dev.idem.testing.PostgresVersions#chosen")}. */
    public static Stream<String> chosen() {
        String property = System.getProperty("idem.test.pg", DEFAULT);
        return property.equals("all") ? ALL.stream() : Stream.of(property.split(",", -1));
    }

    /** The version for tests that need only one. */
    public static String first() {
        return chosen().findFirst().orElse(DEFAULT);
    }

    static PostgresBinaries binaries(String version) {
        if (!ALL.contains(version)) {
            throw new IllegalArgumentException("idem.test.pg: " + version + " (expected: all, or some of " + ALL + ")");
        }
        return version.equals(DEFAULT)
                ? PostgresBinaries.onClassPath()
                : PostgresBinaries.ofJar(TestDirectory.binaries().resolve("postgres-" + version + ".jar"));
    }
}
