package dev.idem.assemble;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * When and where a transaction leaves memory.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param directory holds the spill files; belongs to one capture alone
 * @param thresholdBytes how much of one transaction may stand in memory
 */
public record SpillPolicy(Path directory, long thresholdBytes) {

    private static final String SUFFIX = ".spill";

    /** Checks the bound. */
    public SpillPolicy {
        if (thresholdBytes < 1) {
            throw new IllegalArgumentException("capture.spill-threshold: " + thresholdBytes + " (expected: >= 1)");
        }
    }

    /** Makes the directory and deletes what a killed process left in it. */
    public void clear() {
        try {
            Files.createDirectories(directory);
            try (DirectoryStream<Path> left = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
                for (Path file : left) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("clearing the spill directory " + directory, e);
        }
    }

    Path newFile() throws IOException {
        return Files.createTempFile(directory, "transaction-", SUFFIX);
    }
}
