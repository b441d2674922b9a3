package dev.idem.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.testing.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the README says of settings, files and its own length is true. */
class ReadmeTest {
    private static final Path ROOT = Repository.root();
    private static final int LONGEST = 200;
    private static final Pattern ROW = Pattern.compile("\\| `([^`]+)` \\| (?:`([^`]*)`)? ?\\| \\S.*\\|");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)(?:#[^)]*)?\\)");

    @Test
    void every_setting_stands_in_the_readme_with_its_default_and_no_other() {
        Map<String, String> expected = new LinkedHashMap<>();
        Keys.ALL.forEach(key -> expected.put(key.name(), key.defaultText().orElse("")));
        Map<String, String> told = new LinkedHashMap<>(settingsTable());
        told.keySet().removeIf(key -> key.endsWith("*"));

        assertThat(told).containsExactlyInAnyOrderEntriesOf(expected);
    }

    @Test
    void every_prefix_of_options_that_are_handed_on_stands_in_the_readme_and_no_other() {
        List<String> told = settingsTable().keySet().stream()
                .filter(key -> key.endsWith("*"))
                .toList();

        assertThat(told)
                .containsExactlyInAnyOrderElementsOf(
                        Stream.of(PassedOn.KAFKA, PassedOn.PRODUCER, PassedOn.CONSUMER, PassedOn.DEBEZIUM)
                                .map(passedOn -> passedOn.prefix() + "*")
                                .toList());
    }

    @Test
    void the_settings_file_of_the_readme_is_one_that_idem_starts_with() {
        String example = between(read(ROOT.resolve("README.md")), "```properties\n", "```");
        List<Problem> problems = new ArrayList<>();
        Map<String, String> file = PropertiesFile.parse(example.lines().toList(), "README.md", problems).stream()
                .collect(Collectors.toMap(Given::key, Given::value));

        Settings settings = SettingsLoader.load(Optional.empty(), Map.of(), file);

        assertThat(problems).isEmpty();
        assertThat(settings.source().slot()).isEqualTo("idem_idem");
        assertThat(settings.warehouse().user()).isEqualTo("idem");
    }

    @Test
    void every_link_within_the_documents_leads_to_a_file() throws IOException {
        List<Path> documents;
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            documents = Stream.concat(Stream.of(ROOT.resolve("README.md")), docs)
                    .filter(path -> path.toString().endsWith(".md"))
                    .toList();
        }

        assertThat(documents)
                .isNotEmpty()
                .allSatisfy(document -> assertThat(links(document))
                        .allSatisfy(
                                link -> assertThat(document.resolveSibling(link).normalize())
                                        .exists()));
    }

    @Test
    void the_readme_stays_short() {
        assertThat(read(ROOT.resolve("README.md")).lines().count()).isLessThanOrEqualTo(LONGEST);
    }

    private static Map<String, String> settingsTable() {
        Map<String, String> table = new LinkedHashMap<>();
        between(read(ROOT.resolve("README.md")), "## Settings", "\n## ")
                .lines()
                .filter(line -> line.startsWith("| `"))
                .forEach(line -> {
                    Matcher row = ROW.matcher(line);
                    assertThat(row.matches()).as(line).isTrue();
                    assertThat(table.put(row.group(1), Objects.requireNonNullElse(row.group(2), "")))
                            .as(line)
                            .isNull();
                });
        return table;
    }

    private static List<String> links(Path document) {
        return LINK.matcher(read(document)).results().map(link -> link.group(1)).toList();
    }

    private static String between(String text, String start, String end) {
        int from = text.indexOf(start);
        assertThat(from).as(start).isNotNegative();
        int to = text.indexOf(end, from + start.length());
        return text.substring(from + start.length(), to < 0 ? text.length() : to);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
