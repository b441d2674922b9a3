package dev.idem.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One type with its telling values, as {@code types/catalogue.txt} lists them.
 *
 * @param type as SQL writes it
 * @param since the first PostgreSQL that has it, or takes these values
 * @param extension that brings it
 * @param hasArray whether arrays of it are tried too
 * @param values SQL expressions, which may say from which PostgreSQL on they are taken
 */
record TypeCase(String type, int since, Optional<String> extension, boolean hasArray, List<String> values) {

    private static final Pattern SINCE = Pattern.compile("since (\\d+): (.*)");

    static List<TypeCase> all() {
        List<TypeCase> cases = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(TypeCase.class.getResourceAsStream("/types/catalogue.txt")),
                StandardCharsets.UTF_8))) {
            List<String> values = new ArrayList<>();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("type ")) {
                    values = new ArrayList<>();
                    cases.add(head(line.substring("type ".length()), values));
                } else if (!line.startsWith("#") && !line.isBlank()) {
                    values.add(line);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return cases;
    }

    private static TypeCase head(String text, List<String> values) {
        String rest = text;
        boolean array = !rest.endsWith(" noarray");
        rest = rest.replace(" noarray", "");
        Optional<String> extension = Optional.empty();
        if (rest.contains(" extension ")) {
            extension = Optional.of(rest.substring(rest.indexOf(" extension ") + " extension ".length()));
            rest = rest.substring(0, rest.indexOf(" extension "));
        }
        int since = 13;
        if (rest.contains(" since ")) {
            since = Integer.parseInt(rest.substring(rest.indexOf(" since ") + " since ".length()));
            rest = rest.substring(0, rest.indexOf(" since "));
        }
        return new TypeCase(rest, since, extension, array, values);
    }

    /** The case with the values that this major version takes. */
    TypeCase on(int major) {
        List<String> taken = new ArrayList<>();
        for (String value : values) {
            Matcher marked = SINCE.matcher(value);
            if (!marked.matches()) {
                taken.add(value);
            } else if (Integer.parseInt(marked.group(1)) <= major) {
                taken.add(marked.group(2));
            }
        }
        return new TypeCase(type, since, extension, hasArray, taken);
    }

    /** Arrays of the type: empty, with NULL, of several dimensions, with other lower bounds. */
    TypeCase array() {
        List<String> casts = values.stream()
                .map(value -> "(" + value + ")::" + type)
                .limit(9)
                .toList();
        String first = casts.get(0);
        return new TypeCase(
                type + "[]",
                since,
                extension,
                false,
                List.of(
                        "'{}'",
                        "array[" + String.join(", ", casts) + ", null]::" + type + "[]",
                        "array[array[" + first + ", null], array[null, " + casts.get(casts.size() - 1) + "]]::" + type
                                + "[]",
                        "array_fill(null::" + type + ", array[2], array[-1])",
                        "array_fill(" + first + ", array[2,1,3], array[-1,0,2147483644])",
                        "array_cat(array_fill(null::" + type + ", array[1], array[5]), array[" + first + "]::" + type
                                + "[])"));
    }
}
