package dev.idem.demo;

import dev.idem.embedded.EmbeddedServerException;
import dev.idem.embedded.FileTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * Where the servers of the demo keep their data: the directory that was given, which stays, or one that goes away.
 *
 * <p><i>Threads:</i> one thread.
 */
public final class DemoDirectory implements AutoCloseable {

    private final Path path;
    private boolean temporary;

    private DemoDirectory(Path path, boolean temporary) {
        this.path = path;
        this.temporary = temporary;
    }

    /**
     * The given directory, or a new one below the system's directory for such things.
     *
     * @throws EmbeddedServerException where it cannot be made
     */
    public static DemoDirectory of(Optional<Path> given) {
        try {
            return given.isPresent()
                    ? new DemoDirectory(
                            Files.createDirectories(given.get())
                                    .toAbsolutePath()
                                    .normalize(),
                            false)
                    : new DemoDirectory(temporary(), true);
        } catch (IOException e) {
            throw new EmbeddedServerException(
                    "cannot make the directory of the demo's data: " + e + "; name another one with --data-dir", e);
        }
    }

    /** Others may pass through it: where we are root, PostgreSQL runs as somebody else. */
    private static Path temporary() throws IOException {
        Path directory = Files.createTempDirectory("idem-demo-");
        return Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
    }

    /** The directory. */
    public Path path() {
        return path;
    }

    /** The file that the log goes to, because the screen is taken. */
    public Path logFile() {
        return path.resolve("idem.log");
    }

    /** Lets it stay, for one who wants to find out what went wrong. */
    public void keep() {
        temporary = false;
    }

    /** True where it goes away with {@link #close}. */
    public boolean isTemporary() {
        return temporary;
    }

    @Override
    public void close() {
        if (temporary) {
            try {
                FileTree.delete(path);
            } catch (IOException e) {
                throw new EmbeddedServerException("cannot delete " + path, e);
            }
        }
    }
}
