package dev.idem.breadth;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Names of tables and columns, of every kind that PostgreSQL allows.
 *
 * <p><i>Threads:</i> thread-safe.
 */
final class Names {

    private static final int LONGEST_BYTES = 63;
    private static final List<String> STEMS = List.of(
            "order",
            "Select",
            "user",
            "table",
            "a.b",
            "two words",
            " leading",
            "trailing ",
            "qu\"ote",
            "it's",
            "back\\slash",
            "what?",
            "co:lon",
            "per%cent",
            "Größe",
            "数据",
            "ключ",
            "é-dash",
            "$dollar$",
            "{brace}",
            "semi;colon",
            "com,ma",
            "new\nline",
            "tab\there",
            "/slash/",
            "MixedCase",
            "UPPER",
            "under_score",
            "_leading",
            "123",
            "x_u002e",
            "hash#tag",
            "e\u0301combining",
            "\uD83D\uDE00",
            "plain");

    private final Set<String> used = new HashSet<>();

    /** A name that was not handed out before. */
    synchronized String next(Random random) {
        String name = candidate(random);
        while (!used.add(name)) {
            name = candidate(random);
        }
        return name;
    }

    private static String candidate(Random random) {
        String stem = STEMS.get(random.nextInt(STEMS.size()));
        return switch (random.nextInt(4)) {
            case 0 -> stem;
            case 1 -> fill(stem + random.nextInt(100));
            default -> stem + random.nextInt(1000);
        };
    }

    /** Makes it as long as PostgreSQL allows. */
    private static String fill(String stem) {
        StringBuilder name = new StringBuilder(stem);
        while (bytes(name) < LONGEST_BYTES) {
            name.append('x');
        }
        return name.toString();
    }

    private static int bytes(CharSequence text) {
        return text.toString().getBytes(StandardCharsets.UTF_8).length;
    }

    static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    static String literal(String text) {
        return '\'' + text.replace("'", "''") + '\'';
    }
}
