package dev.idem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tests that docs/peer-cases.md names are there, and it says which of them are switched off. */
class PeerCasesTest {
    private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w+)\\.([a-z]\\w*_\\w+)`( \\(not yet\\))?");
    private static final Pattern LINE = Pattern.compile("(?m)^\\| (\\d+) \\| [^|]+ \\| [^|]+ \\|$");
    private static final Pattern TEST = Pattern.compile("^ {4}(?: {4})?void (\\w+)\\(.*");
    private static final int LINES = 82;

    @Test
    void every_line_is_there_once_and_in_order() throws IOException {
        String document = document();
        List<String> lines = LINE.matcher(document.substring(0, document.indexOf("## Traps")))
                .results()
                .map(line -> line.group(1))
                .toList();

        assertThat(lines)
                .isEqualTo(IntStream.rangeClosed(1, LINES)
                        .mapToObj(String::valueOf)
                        .toList());
    }

    @Test
    void every_named_test_exists_and_is_said_to_be_switched_off_where_it_is() throws IOException {
        Map<String, Boolean> tests = tests();
        TreeSet<String> wrong = new TreeSet<>();
        NAMED.matcher(document()).results().forEach(named -> {
            String name = named.group(1) + '.' + named.group(2);
            boolean notYet = named.group(3) != null;
            if (!Boolean.valueOf(notYet).equals(tests.get(name))) {
                wrong.add(
                        tests.containsKey(name) ? name + ": is switched off, or said to be" : name + ": no such test");
            }
        });

        assertThat(wrong).isEmpty();
    }

    /** All tests by class and method; true for one that is switched off. */
    private static Map<String, Boolean> tests() throws IOException {
        Map<String, Boolean> tests = new TreeMap<>();
        for (String module : List.of("sink", "pipeline")) {
            try (Stream<Path> files =
                    Files.walk(Repository.root().resolve(module).resolve("src/test/java"))) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".java")).toList()) {
                    String name = file.getFileName().toString().replace(".java", "");
                    boolean switchedOff = false;
                    for (String line : Files.readAllLines(file)) {
                        switchedOff |= line.strip().startsWith("@Disabled");
                        Matcher test = TEST.matcher(line);
                        if (test.matches()) {
                            tests.put(name + '.' + test.group(1), switchedOff);
                            switchedOff = false;
                        }
                    }
                }
            }
        }
        return tests;
    }

    private static String document() throws IOException {
        return Files.readString(Repository.root().resolve("docs/peer-cases.md"));
    }
}
