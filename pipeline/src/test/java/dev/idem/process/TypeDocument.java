package dev.idem.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * {@code docs/types.md}: written where {@code -Didem.docs.write=true}, else compared with what ran.
 *
 * <p><i>Threads:</i> one thread.
 */
final class TypeDocument {

    private static final Path FILE = Path.of("..", "docs", "types.md");

    private final Map<String, String> lines = new LinkedHashMap<>();
    private final TreeSet<String> versions = new TreeSet<>();

    /** Takes the figures of one run in which nothing differed. */
    void ran(String version, List<TypeCase> cases, Map<String, Map<Integer, Integer>> equal) {
        versions.add(version);
        Map<String, Integer> listed = TypeCase.all().stream()
                .collect(Collectors.toMap(TypeCase::type, type -> type.values().size()));
        for (TypeCase type : cases) {
            Map<Integer, Integer> ways = equal.getOrDefault(type.type(), Map.of());
            StringBuilder line = new StringBuilder("| `%s` | %d | %s | "
                    .formatted(
                            type.type(),
                            listed.getOrDefault(type.type(), type.values().size()),
                            type.extension().orElse(type.since() + "+")));
            line.append(cell(ways, 1)).append(cell(ways, 2));
            line.append(ways.containsKey(3) ? cell(ways, 4) : "- | ");
            line.append(cell(ways, 5)).append(cell(ways, 7)).append(cell(ways, 8));
            lines.put(type.type(), line.append(form(type.type())).append(" |").toString());
        }
    }

    private static String cell(Map<Integer, Integer> ways, int way) {
        return ways.containsKey(way) ? "equal | " : "- | ";
    }

    private static String form(String type) {
        return switch (type) {
            case "smallint", "integer", "bigint" -> "number";
            case "boolean" -> "boolean";
            default -> "text";
        };
    }

    /** Writes or compares. */
    void finish() {
        try {
            if (versions.isEmpty()) {
                return;
            }
            if (Boolean.getBoolean("idem.docs.write")) {
                Files.writeString(FILE, text());
            } else {
                List<String> committed = Files.readAllLines(FILE);
                assertThat(committed)
                        .as("docs/types.md (written by -Didem.docs.write=true)")
                        .containsAll(lines.values());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String text() {
        List<String> text = new ArrayList<>(List.of(
                "# Types",
                "",
                "Written by `TypeMatrixIT` from a run on PostgreSQL " + String.join(", ", versions)
                        + " in which nothing differed, before and after a replay",
                "of the whole log; not to be edited. Values are those of `pipeline/src/test/resources/types/catalogue.txt`.",
                "",
                "A cell says `equal` where the text that the type's output function prints is the same at the source and in the",
                "warehouse, and so are the bytes of its send function where the type is PostgreSQL's own, in a table with REPLICA",
                "IDENTITY DEFAULT, one with FULL, and one without a key. *Update* is an update to the value and one from it; *unchanged* an update of another",
                "column; *key change* moves the row (tables without a key: an update of an ordinary column). *Old image* is `before` in the",
                "log under FULL, for updates, deletes and key changes. Deletes are seen done in all three tables.",
                "",
                "| type | values | since | snapshot | insert | update | unchanged | key change | old image | travels as |",
                "|---|---|---|---|---|---|---|---|---|---|"));
        text.addAll(lines.values());
        text.addAll(List.of("", "## Left out", ""));
        TypeMatrixIT.LEFT_OUT.forEach((type, reason) -> text.add("- `" + type + "`: " + reason + "."));
        String missing = TypeCase.all().stream()
                .filter(type -> !lines.containsKey(type.type()))
                .map(type -> "`" + type.type() + "`")
                .collect(Collectors.joining(", "));
        text.add(
                "- `seg` on PostgreSQL 13, a range whose lower bound is marked (`~4.0 .. 6.50`): that server prints it without its"
                        + " upper bound.");
        text.add(
                "- `xml`, the declaration `<?xml version=\"1.0\" encoding=...?>`: the output function leaves it out, as the"
                        + " encoding may be another for each client; `version` other than 1.0 and `standalone` arrive.");
        text.add("- `\"char\"` above 127 before PostgreSQL 16: printed as a byte that is no text in UTF-8.");
        text.add(
                "- A base type made by a user in C: both servers need its library; its text travels as that of any other type.");
        if (!missing.isEmpty()) {
            text.add("- Not tried, since the servers of the tests have no such extension: " + missing + ".");
        }
        return String.join("\n", text) + "\n";
    }
}
