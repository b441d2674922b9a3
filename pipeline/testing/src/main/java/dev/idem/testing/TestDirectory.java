package dev.idem.testing;

import dev.idem.embedded.FileTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the servers of tests keep their data: below {@code idem.test.dir}, which the build sets. */
public final class TestDirectory {
    private static final Path ROOT = Path.of(System.getProperty(
                    "idem.test.dir",
                    Path.of(System.getProperty("java.io.tmpdir", "."), "idem-test-" + System.getProperty("user.name"))
                            .toString()))
            .toAbsolutePath();

    private TestDirectory() {}

    /** Unpacked and packed PostgreSQL binaries, kept from run to run. */
    static Path binaries() {
        return ROOT.resolve("binaries");
    }

    /** A new, empty directory. */
    public static Path create(String prefix) {
        try {
            Files.createDirectories(ROOT);
            return Files.createTempDirectory(ROOT, prefix + "-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static void delete(Path directory) {
        try {
            FileTree.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
