package dev.idem.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** The checkout in which the tests run. */
public final class Repository {
    private static final String MARK = "docker-compose.yml";

    private Repository() {}

    /** Its top directory, whichever module's directory the tests run in. */
    public static Path root() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.exists(directory.resolve(MARK))) {
            directory = Objects.requireNonNull(directory.getParent(), MARK + " above the tests");
        }
        return directory;
    }
}
