package dev.idem.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One setting: its name, what may stand there, what stands there if nobody says anything.
 *
 * @param name as in the file
 * @param defaultText empty for a setting that has no default
 * @param expected what may stand there, for a person
 * @param parse empty for what may not
 * @param isSecret true where the value must not be shown
 */
record Key<T>(
        String name,
        Optional<String> defaultText,
        String expected,
        Function<String, Optional<T>> parse,
        boolean isSecret) {

    static Key<String> text(String name, Pattern pattern, String expected) {
        return new Key<>(
                name,
                Optional.empty(),
                expected,
                text -> pattern.matcher(text).matches() ? Optional.of(text) : Optional.empty(),
                false);
    }

    static Key<Secret> secret(String name) {
        return new Key<>(name, Optional.of(""), "a password", text -> Optional.of(new Secret(text)), true);
    }

    /** The name of a file, or nothing; whether it is there is not looked at. */
    static Key<Optional<Path>> file(String name) {
        return new Key<>(name, Optional.of(""), "the name of a file", Key::path, false);
    }

    /** A whole number within bounds. */
    static Key<Integer> number(String name, int least, int most) {
        return new Key<>(
                name,
                Optional.empty(),
                "a number from " + least + " to " + most,
                text -> text.matches("\\d{1,9}")
                        ? Optional.of(Integer.parseInt(text)).filter(n -> n >= least && n <= most)
                        : Optional.empty(),
                false);
    }

    /** A time with its unit, not shorter than the least. */
    static Key<Duration> duration(String name, Duration least) {
        return new Key<>(
                name,
                Optional.empty(),
                "a time with its unit (ms, s, m, h, d) of at least " + least.toMillis() + "ms",
                text -> Units.duration(text).filter(time -> time.compareTo(least) >= 0),
                false);
    }

    /** An amount of memory with its unit, not smaller than the least. */
    static Key<Long> bytes(String name, long least) {
        return new Key<>(
                name,
                Optional.empty(),
                "a size with its unit (B, KiB, MiB, GiB) of at least " + least + "B",
                text -> Units.bytes(text).filter(size -> size >= least),
                false);
    }

    /** An amount of memory with its unit, within these bounds. */
    static Key<Long> bytes(String name, long least, long most) {
        return new Key<>(
                name,
                Optional.empty(),
                "a size with its unit (B, KiB, MiB, GiB) from " + least + "B to " + most + "B",
                text -> Units.bytes(text).filter(size -> size >= least && size <= most),
                false);
    }

    /** One of an enum's names, in lower case. */
    static <E extends Enum<E>> Key<E> choice(String name, Class<E> type) {
        List<E> choices = Arrays.asList(type.getEnumConstants());
        return new Key<>(
                name,
                Optional.empty(),
                choices.stream().map(Key::spelled).collect(Collectors.joining(", ")),
                text -> choices.stream()
                        .filter(choice -> spelled(choice).equals(text))
                        .findFirst(),
                false);
    }

    /** Entries divided by commas, each of which matches. */
    static Key<List<String>> list(String name, Pattern entry, String expected) {
        return new Key<>(name, Optional.empty(), expected, text -> entries(text, entry), false);
    }

    Key<T> withDefault(String text) {
        return new Key<>(name, Optional.of(text), expected, parse, isSecret);
    }

    private static Optional<Optional<Path>> path(String text) {
        try {
            return Optional.of(Optional.of(text)
                    .filter(it -> !it.isBlank())
                    .map(it -> Path.of(it).toAbsolutePath().normalize()));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    private static String spelled(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Optional<List<String>> entries(String text, Pattern entry) {
        if (text.isBlank()) {
            return Optional.of(List.of());
        }
        List<String> entries =
                Arrays.stream(text.split(",", -1)).map(String::strip).toList();
        return entries.stream().allMatch(one -> entry.matcher(one).matches()) ? Optional.of(entries) : Optional.empty();
    }
}
