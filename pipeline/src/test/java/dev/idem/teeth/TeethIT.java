package dev.idem.teeth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Each deliberate bug is built in and must be caught by the test that it names, which passes without it.
 *
 * <p>{@code -Didem.teeth=true} runs it, {@code -Didem.teeth.only=} a regular expression for some of the bugs' names,
 * {@code -Didem.teeth.processes=} how many tests at once.
 */
@EnabledIfSystemProperty(named = "idem.teeth", matches = "true")
class TeethIT {

    private static final Path DIRECTORY = Repository.root().resolve("target/teeth");

    @Test
    void every_deliberate_bug_is_caught_by_the_test_that_it_names() throws Exception {
        Pattern only = Pattern.compile(System.getProperty("idem.teeth.only", ".*"));
        List<DeliberateBug> bugs = DeliberateBug.all().stream()
                .filter(bug -> only.matcher(bug.name()).find())
                .toList();
        Map<Catcher, Verdict> sound = new LinkedHashMap<>();
        Map<DeliberateBug, Verdict> broken = new LinkedHashMap<>();
        ExecutorService processes = Executors.newFixedThreadPool(Integer.getInteger("idem.teeth.processes", 2));
        try {
            Map<Catcher, Future<Verdict>> withoutBugs = new LinkedHashMap<>();
            bugs.forEach(bug -> withoutBugs.computeIfAbsent(bug.catcher(), test -> {
                String name = "sound-" + (withoutBugs.size() + 1);
                return processes.submit(() -> runWithout(test, name));
            }));
            Map<DeliberateBug, Future<Verdict>> withBugs = new LinkedHashMap<>();
            bugs.forEach(bug -> withBugs.put(bug, processes.submit((Callable<Verdict>) () -> runWith(bug))));
            await(withoutBugs, sound);
            await(withBugs, broken);
        } finally {
            processes.shutdownNow();
        }

        List<String> table = table(broken, sound);
        Files.write(DIRECTORY.resolve("report.md"), table);
        table.forEach(System.out::println);
        assertThat(sound)
                .allSatisfy((test, verdict) -> assertThat(verdict.outcome())
                        .as(test + " without a bug: " + verdict.reason())
                        .isEqualTo(Verdict.Outcome.PASSED));
        assertThat(broken)
                .allSatisfy((bug, verdict) -> assertThat(verdict.outcome())
                        .as(bug.name() + " by " + bug.catcher() + ": " + verdict.reason())
                        .isEqualTo(Verdict.Outcome.FAILED));
    }

    private static <K> void await(Map<K, Future<Verdict>> futures, Map<K, Verdict> verdicts)
            throws ExecutionException, InterruptedException {
        for (Map.Entry<K, Future<Verdict>> entry : futures.entrySet()) {
            verdicts.put(entry.getKey(), entry.getValue().get());
        }
    }

    private static Verdict runWithout(Catcher test, String name) throws IOException, InterruptedException {
        TestFork fork = new TestFork(DIRECTORY.resolve(name));
        Files.createDirectories(fork.classes());
        return fork.run(test);
    }

    private static Verdict runWith(DeliberateBug bug) throws IOException, InterruptedException {
        TestFork fork = new TestFork(DIRECTORY.resolve(bug.name()));
        Optional<String> refusal = new PatchedSources(fork.directory().resolve("sources")).compile(bug, fork.classes());
        return refusal.isPresent()
                ? new Verdict(Verdict.Outcome.NOT_COMPILED, refusal.get(), 0)
                : fork.run(bug.catcher());
    }

    private static List<String> table(Map<DeliberateBug, Verdict> broken, Map<Catcher, Verdict> sound) {
        List<String> lines =
                new ArrayList<>(List.of("| bug | test | seconds | caught | by |", "|---|---|---|---|---|"));
        broken.forEach((bug, verdict) -> {
            boolean caught = verdict.outcome() == Verdict.Outcome.FAILED
                    && Objects.requireNonNull(sound.get(bug.catcher())).outcome() == Verdict.Outcome.PASSED;
            lines.add("| " + bug.name() + " | " + bug.catcher() + " | " + verdict.seconds() + " | "
                    + (caught ? "yes" : "**no**: " + verdict.outcome()) + " | " + verdict.reason() + " |");
        });
        sound.forEach((test, verdict) -> lines.add("| none | " + test + " | " + verdict.seconds() + " | "
                + verdict.outcome() + " | " + verdict.reason() + " |"));
        return lines;
    }
}
