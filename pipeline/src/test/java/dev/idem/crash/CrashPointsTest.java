package dev.idem.crash;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Every call by which the pipeline reaches a server or a file has a named crash point. */
class CrashPointsTest {

    /**
     * Rooms that are no part of the pipeline's way: commands that a person runs and tries again, what only looks
     * (comparison, status, pages), and the embedded servers, which are a server of their own.
     */
    private static final Set<String> LEFT_OUT = Set.of(
            "bench", "check", "cli", "config", "crash", "demo", "embedded", "http", "status", "testing", "verify");

    private static final CrashPoints POINTS = CrashPoints.load();

    private final Set<String> calls = new TreeSet<>();
    private final Set<String> references = new TreeSet<>();

    private void findCalls() throws IOException {
        CallSites sites = new CallSites(OutwardCalls.load());
        for (JavaClass type : new ClassFileImporter()
                .withImportOption(new DoNotIncludeTests())
                .importPackages("dev.idem")) {
            List<String> names = List.of(type.getName().split("\\."));
            if (names.size() > 3 && LEFT_OUT.contains(names.get(2))) {
                continue;
            }
            try (InputStream file =
                    type.getSource().orElseThrow().getUri().toURL().openStream()) {
                sites.find(file.readAllBytes(), (name, isReference) -> (isReference ? references : calls).add(name));
            }
        }
    }

    @Test
    void every_outward_call_has_a_crash_point() throws IOException {
        findCalls();
        Set<String> without = new TreeSet<>(calls);
        without.removeAll(POINTS.names());
        Set<String> gone = new TreeSet<>(POINTS.names());
        gone.removeIf(name -> calls.contains(name) || isOfLibrary(name));

        assertThat(without)
                .as(
                        "outward calls without a line in crash-points.txt (a call that stays in the process: local-calls.txt)")
                .isEmpty();
        assertThat(gone).as("lines of crash-points.txt whose call is gone").isEmpty();
        assertThat(references)
                .as("outward calls by method reference, into which no blow can be woven; write a lambda")
                .isEmpty();
    }

    @Test
    void every_scenario_has_points_and_there_are_more_than_forty() {
        assertThat(Scenario.values())
                .allSatisfy(scenario ->
                        assertThat(POINTS.in(scenario)).as("%s", scenario).isNotEmpty());
        assertThat(POINTS.names().size()).isGreaterThan(40);
    }

    private static boolean isOfLibrary(String name) {
        return name.startsWith("io.debezium.") || name.startsWith("org.");
    }
}
