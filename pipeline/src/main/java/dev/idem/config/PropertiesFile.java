package dev.idem.config;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * A properties file that remembers the line of each key and does not let one stand twice.
 *
 * <p><i>Source:</i> the format of {@link Properties#load(java.io.Reader)}, in UTF-8.
 */
final class PropertiesFile {
    private PropertiesFile() {}

    static List<Given> read(Path file, List<Problem> problems) {
        try {
            return parse(Files.readAllLines(file, StandardCharsets.UTF_8), file.toString(), problems);
        } catch (NoSuchFileException e) {
            problems.add(new Problem(file.toString(), "-c", "no such file", "a file of settings"));
        } catch (CharacterCodingException e) {
            problems.add(new Problem(file.toString(), "-c", "not UTF-8", "a text file in UTF-8"));
        } catch (IOException e) {
            problems.add(new Problem(file.toString(), "-c", "not readable: " + e, "a file of settings"));
        }
        return List.of();
    }

    static List<Given> parse(List<String> lines, String name, List<Problem> problems) {
        List<Given> settings = new ArrayList<>();
        Map<String, String> seen = new HashMap<>();
        int next = 0;
        while (next < lines.size()) {
            int first = next;
            next = endOfLogicalLine(lines, first);
            String origin = name + ":" + (first + 1);
            for (Map.Entry<String, String> entry : pairs(lines.subList(first, next), origin, problems)) {
                String before = seen.putIfAbsent(entry.getKey(), origin);
                if (before != null) {
                    problems.add(new Problem(origin, entry.getKey(), "set before, at " + before, "each key once"));
                }
                settings.add(new Given(entry.getKey(), entry.getValue().strip(), origin));
            }
        }
        return settings;
    }

    /** The line after the last one that ends in a continuation; a comment has none. */
    private static int endOfLogicalLine(List<String> lines, int first) {
        int line = first;
        if (!isComment(lines.get(line))) {
            while (line + 1 < lines.size() && isContinued(lines.get(line))) {
                line++;
            }
        }
        return line + 1;
    }

    private static boolean isComment(String line) {
        String text = line.stripLeading();
        return text.startsWith("#") || text.startsWith("!");
    }

    private static boolean isContinued(String line) {
        int backslashes = 0;
        while (backslashes < line.length() && line.charAt(line.length() - 1 - backslashes) == '\\') {
            backslashes++;
        }
        return backslashes % 2 == 1;
    }

    private static List<Map.Entry<String, String>> pairs(List<String> lines, String origin, List<Problem> problems) {
        Properties one = new Properties();
        try {
            one.load(new StringReader(String.join("\n", lines)));
        } catch (IOException | IllegalArgumentException e) {
            problems.add(new Problem(origin, lines.get(0).strip(), "malformed escape", "key=value"));
        }
        return one.stringPropertyNames().stream()
                .map(key -> Map.entry(key, one.getProperty(key, "")))
                .toList();
    }
}
