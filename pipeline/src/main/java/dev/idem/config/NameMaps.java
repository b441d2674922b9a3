package dev.idem.config;

import dev.idem.change.TableId;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Lists of names and what stands in their place: {@code from:to}, divided by commas. Names are taken as the catalogue
 * holds them; one with a comma, a colon or, of a table, a dot in its schema's name cannot be written.
 */
final class NameMaps {

    private NameMaps() {}

    static Optional<Map<String, String>> schemas(String text) {
        return pairs(text, name -> Optional.of(name).filter(schema -> !schema.isEmpty()));
    }

    static Optional<Map<TableId, TableId>> tables(String text) {
        return pairs(text, NameMaps::table);
    }

    private static Optional<TableId> table(String name) {
        int dot = name.indexOf('.');
        return dot < 1 || dot == name.length() - 1
                ? Optional.empty()
                : Optional.of(new TableId(name.substring(0, dot), name.substring(dot + 1)));
    }

    /** Empty where an entry is no pair, or a name comes twice on the left. */
    private static <T> Optional<Map<T, T>> pairs(String text, Function<String, Optional<T>> parse) {
        Map<T, T> pairs = new HashMap<>();
        if (text.isBlank()) {
            return Optional.of(pairs);
        }
        boolean isRight = Arrays.stream(text.split(",", -1)).allMatch(entry -> {
            String[] names = entry.split(":", -1);
            if (names.length != 2) {
                return false;
            }
            Optional<T> from = parse.apply(names[0].strip());
            Optional<T> to = parse.apply(names[1].strip());
            return from.isPresent() && to.isPresent() && pairs.put(from.get(), to.get()) == null;
        });
        return isRight ? Optional.of(pairs) : Optional.empty();
    }
}
