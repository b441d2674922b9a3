package dev.idem.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The commands and options that the documents name are there. */
class DocumentedCommandsTest {
    private static final Pattern CALL = Pattern.compile("\\./idem ([a-z][a-z-]*)([^`\n#]*)");
    private static final Pattern OPTION = Pattern.compile("(?<= )--?[a-z][a-z-]*");

    private final Map<String, CommandLine> commands = Main.commandLine().getSubcommands();

    @Test
    void every_command_that_a_document_calls_exists_and_knows_the_options() throws IOException {
        Map<String, List<String>> unknown = new TreeMap<>();
        for (Path document : documents()) {
            CALL.matcher(Files.readString(document)).results().forEach(call -> {
                List<String> wrong = wrongIn(call);
                if (!wrong.isEmpty()) {
                    unknown.put(document.getFileName() + ": " + call.group(), wrong);
                }
            });
        }

        assertThat(unknown).isEmpty();
    }

    @Test
    void every_command_that_help_shows_stands_in_the_readme() throws IOException {
        String readme = Files.readString(Repository.root().resolve("README.md"));
        TreeSet<String> shown = new TreeSet<>();
        commands.forEach((name, command) -> {
            if (!command.getCommandSpec().usageMessage().hidden()) {
                shown.add("./idem " + name);
            }
        });

        assertThat(readme).contains(shown);
    }

    private List<String> wrongIn(MatchResult call) {
        CommandLine command = commands.get(call.group(1));
        if (command == null) {
            return List.of("no such command");
        }
        CommandLine part = command.getSubcommands().get(call.group(2).strip().split(" ", 2)[0]);
        CommandLine named = part == null ? command : part;
        List<String> wrong = new ArrayList<>();
        OPTION.matcher(call.group(2))
                .results()
                .map(MatchResult::group)
                .filter(option -> named.getCommandSpec().findOption(option) == null)
                .forEach(wrong::add);
        return wrong;
    }

    private static List<Path> documents() throws IOException {
        try (Stream<Path> docs = Files.walk(Repository.root().resolve("docs"))) {
            return Stream.concat(
                            Stream.of(
                                    Repository.root().resolve("README.md"),
                                    Repository.root().resolve("CHANGELOG.md")),
                            docs)
                    .filter(path -> path.toString().endsWith(".md"))
                    .toList();
        }
    }
}
