package dev.idem.config;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** How settings are spelled in the environment: {@code source.password} is {@code IDEM_SOURCE_PASSWORD}. */
final class EnvironmentNames {
    static final String PREFIX = "IDEM_";

    /** Read by the launcher before there are settings. */
    private static final Set<String> LAUNCHER = Set.of("IDEM_JAVA_OPTS");

    private EnvironmentNames() {}

    /** The settings in an environment; a name that is no setting's comes out as a key that nobody knows. */
    static Stream<Given> read(Map<String, String> environment) {
        return environment.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(PREFIX) && !LAUNCHER.contains(entry.getKey()))
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> new Given(key(entry.getKey()), entry.getValue(), "environment " + entry.getKey()));
    }

    /** {@code IDEM_NAME} for {@code idem.name}: the prefix does not stand twice. */
    static String of(String key) {
        String name = key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
        return name.startsWith(PREFIX) ? name : PREFIX + name;
    }

    private static String key(String name) {
        Optional<String> known =
                Keys.names().filter(key -> of(key).equals(name)).findFirst();
        return known.orElseGet(
                () -> name.substring(PREFIX.length()).toLowerCase(Locale.ROOT).replace('_', '.'));
    }
}
