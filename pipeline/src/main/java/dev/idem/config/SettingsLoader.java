package dev.idem.config;

import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Reads the settings: the file, over it the environment, over both the flags.
 *
 * <p><i>Fails:</i> with a {@link PipelineException} of kind SETTINGS that lists every problem, a line each.
 */
public final class SettingsLoader {
    private SettingsLoader() {}

    /**
     * Reads and checks everything.
     *
     * @param file a properties file
     * @param environment such as {@link System#getenv()}
     * @param flags keys and values given on the command line
     */
    public static Settings load(Optional<Path> file, Map<String, String> environment, Map<String, String> flags) {
        List<Problem> problems = new ArrayList<>();
        Map<String, Given> given = new LinkedHashMap<>();
        file.map(path -> PropertiesFile.read(path, problems))
                .orElseGet(List::of)
                .forEach(one -> given.put(one.key(), one));
        EnvironmentNames.read(environment).forEach(one -> given.put(one.key(), one));
        flags.forEach((key, value) -> given.put(key, new Given(key, value, "--set")));

        Settings settings = new SettingsReader(given, problems).read();
        if (!problems.isEmpty()) {
            throw new PipelineException(ErrorKind.SETTINGS, listed(problems));
        }
        return settings;
    }

    private static String listed(List<Problem> problems) {
        return problems.stream()
                .map(Problem::toString)
                .distinct()
                .collect(Collectors.joining("\n  ", "the settings are wrong:\n  ", ""));
    }
}
