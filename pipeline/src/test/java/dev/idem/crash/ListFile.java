package dev.idem.crash;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * The lists of this package, read from its resources: a thing a line; a line that begins with {@code #} is a comment.
 */
final class ListFile {

    private ListFile() {}

    static List<String> lines(String name) {
        try (InputStream file =
                Objects.requireNonNull(ListFile.class.getResourceAsStream(name), () -> "a resource " + name)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
