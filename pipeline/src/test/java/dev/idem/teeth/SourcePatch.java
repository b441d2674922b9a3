package dev.idem.teeth;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The part of a unified diff that concerns one file. Line numbers are not looked at: the old lines of a hunk must stand
 * in the file once.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param file from the root of the repository
 * @param hunks what is replaced, in order
 */
record SourcePatch(String file, List<Hunk> hunks) {

    private static final String OLD_FILE = "--- a/";
    private static final String NEW_FILE = "+++ b/";
    private static final String HUNK = "@@ ";

    SourcePatch {
        hunks = List.copyOf(hunks);
    }

    /** Lines that stand together, as they are and as they become. */
    record Hunk(List<String> old, List<String> changed) {

        Hunk {
            old = List.copyOf(old);
            changed = List.copyOf(changed);
        }

        private static Hunk of(List<String> lines) {
            return new Hunk(without('+', lines), without('-', lines));
        }

        private static List<String> without(char side, List<String> lines) {
            return lines.stream()
                    .filter(line -> line.charAt(0) != side)
                    .map(line -> line.substring(1))
                    .toList();
        }
    }

    /**
     * Reads a diff.
     *
     * @throws IllegalArgumentException where a line is of no diff
     */
    static List<SourcePatch> parse(List<String> diff) {
        Map<String, List<List<String>>> files = new LinkedHashMap<>();
        List<List<String>> hunks = new ArrayList<>();
        for (String line : diff) {
            if (line.startsWith(NEW_FILE)) {
                hunks = files.computeIfAbsent(line.substring(NEW_FILE.length()), file -> new ArrayList<>());
            } else if (line.startsWith(HUNK)) {
                hunks.add(new ArrayList<>());
            } else if (!line.startsWith(OLD_FILE)) {
                lineOfHunk(hunks, line);
            }
        }
        return files.entrySet().stream()
                .map(file -> new SourcePatch(
                        file.getKey(), file.getValue().stream().map(Hunk::of).toList()))
                .toList();
    }

    private static void lineOfHunk(List<List<String>> hunks, String line) {
        if (hunks.isEmpty() || line.isEmpty() || " +-".indexOf(line.charAt(0)) < 0) {
            throw new IllegalArgumentException("'" + line + "' (expected: a line of a unified diff)");
        }
        hunks.get(hunks.size() - 1).add(line);
    }

    /**
     * The file's text with the hunks applied.
     *
     * @throws IllegalArgumentException where the old lines of a hunk do not stand in it, or stand in it twice
     */
    String applyTo(String text) {
        String patched = "\n" + text;
        for (Hunk hunk : hunks) {
            String old = block(hunk.old());
            int place = patched.indexOf(old);
            if (place < 0 || patched.indexOf(old, place + 1) >= 0) {
                throw new IllegalArgumentException(file + ": these lines stand in it "
                        + (place < 0 ? "nowhere" : "more than once") + " (expected: once):" + old);
            }
            patched = patched.substring(0, place) + block(hunk.changed()) + patched.substring(place + old.length());
        }
        return patched.substring(1);
    }

    private static String block(List<String> lines) {
        return lines.stream().collect(Collectors.joining("\n", "\n", "\n"));
    }
}
