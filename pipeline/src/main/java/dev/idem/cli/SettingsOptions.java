package dev.idem.cli;

import dev.idem.config.Settings;
import dev.idem.config.SettingsLoader;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of every command that reads settings; mixed into it with {@code @Mixin}. */
final class SettingsOptions {
    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "the settings, a properties file")
    private @Nullable Path file;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "one setting, over file and environment; may stand several times")
    private Map<String, String> flags = new LinkedHashMap<>();

    /**
     * Reads the settings and makes the log look as they say.
     *
     * <p><i>Fails:</i> with every problem at once.
     */
    Settings load() {
        Settings settings = SettingsLoader.load(Optional.ofNullable(file), System.getenv(), flags);
        LogOutput.use(settings.logFormat());
        return settings;
    }
}
