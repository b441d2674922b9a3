package dev.idem.teeth;

import dev.idem.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A bug kept as a patch: a header of four fields, and a unified diff.
 *
 * <pre>
 * Broken: what is wrong, in a sentence
 * Violates: the invariant of the design, or the trap
 * Caught-by: dev.idem.SomeTest#some_method
 * Options: idem.simulation.schedules=3000      (system properties of that test, where it needs some)
 * </pre>
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param name the file's name without its ending
 * @param header the fields by their names
 * @param patches what is changed, by file
 */
record DeliberateBug(String name, Map<String, String> header, List<SourcePatch> patches) {

    private static final String ENDING = ".patch";

    DeliberateBug {
        header = Map.copyOf(header);
        patches = List.copyOf(patches);
    }

    /** All that there are, in the order of their names. */
    static List<DeliberateBug> all() throws IOException {
        try (Stream<Path> files = Files.list(Repository.root().resolve("pipeline/src/test/teeth"))) {
            List<DeliberateBug> bugs = new ArrayList<>();
            for (Path file : files.sorted().toList()) {
                bugs.add(read(file));
            }
            return bugs;
        }
    }

    private static DeliberateBug read(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        int diff = 0;
        Map<String, String> header = new HashMap<>();
        while (diff < lines.size() && !lines.get(diff).startsWith("--- ")) {
            String[] field = lines.get(diff++).split(": ", 2);
            header.put(field[0], field[field.length - 1]);
        }
        return new DeliberateBug(
                file.getFileName().toString().replace(ENDING, ""),
                header,
                SourcePatch.parse(lines.subList(diff, lines.size())));
    }

    /** The test that must fail. */
    Catcher catcher() {
        return Catcher.of(field("Caught-by"), header.getOrDefault("Options", ""));
    }

    /** A field of the header; empty where it is missing. */
    String field(String field) {
        return header.getOrDefault(field, "");
    }
}
