package dev.idem.teeth;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs one test in this process and writes down what came of it: see {@link Verdict#read}. */
final class SingleTest {

    private SingleTest() {}

    /**
     * Runs {@code class#method}.
     *
     * @param arguments the test, then the file for the verdict
     */
    public static void main(String[] arguments) throws IOException {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectMethod(arguments[0]))
                .build();
        Witness witness = new Witness();
        LauncherFactory.create().execute(request, witness);
        Files.write(Path.of(arguments[1]), witness.verdict());
        // Servers of tests are stopped at the exit; clients of those that are gone may still have threads.
        System.exit(0);
    }

    /** Tells a failed test from a test that could not be run. */
    private static final class Witness implements TestExecutionListener {

        private final List<String> failures = new ArrayList<>();
        private final List<String> obstacles = new ArrayList<>();
        private int passed;

        @Override
        public void executionFinished(TestIdentifier identifier, TestExecutionResult result) {
            boolean successful = result.getStatus() == TestExecutionResult.Status.SUCCESSFUL;
            if (successful) {
                passed += identifier.isTest() ? 1 : 0;
                return;
            }
            String reason = result.getThrowable().map(Throwable::toString).orElse("no reason");
            boolean failed = identifier.isTest() && result.getStatus() == TestExecutionResult.Status.FAILED;
            (failed ? failures : obstacles).add(reason);
            result.getThrowable().ifPresent(Throwable::printStackTrace);
        }

        List<String> verdict() {
            if (!failures.isEmpty()) {
                return List.of(Verdict.Outcome.FAILED.name(), failures.get(0));
            }
            return passed == 1 && obstacles.isEmpty()
                    ? List.of(Verdict.Outcome.PASSED.name(), "")
                    : List.of(Verdict.Outcome.NOT_RUN.name(), String.valueOf(obstacles));
        }
    }
}
