package dev.idem.capture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/** Copies a stopped server's data, as a backup would, owners and rights kept. */
final class FileCopy {

    private FileCopy() {}

    static void copy(Path from, Path to) throws IOException {
        List<Path> paths;
        try (Stream<Path> walk = Files.walk(from)) {
            paths = walk.toList();
        }
        for (Path path : paths) {
            Path target = to.resolve(from.relativize(path).toString());
            Files.copy(path, target, StandardCopyOption.COPY_ATTRIBUTES, StandardCopyOption.REPLACE_EXISTING);
            Files.setAttribute(target, "unix:uid", Files.getAttribute(path, "unix:uid"));
            Files.setAttribute(target, "unix:gid", Files.getAttribute(path, "unix:gid"));
        }
    }
}
