package dev.idem.teeth;

import dev.idem.testing.Repository;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs a test in a process of its own, with patched classes before all others.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param directory of this run, holds {@code classes} and gets the process's output
 */
record TestFork(Path directory) {

    private static final long LONGEST_MINUTES = 6;

    /** The patched classes; empty where nothing is patched. */
    Path classes() {
        return directory.resolve("classes");
    }

    Verdict run(Catcher test) throws IOException, InterruptedException {
        Path verdict = directory.resolve("verdict");
        Files.deleteIfExists(verdict);
        long began = System.nanoTime();
        ProcessBuilder builder = new ProcessBuilder(command(test, verdict))
                .directory(test.module().toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output.log").toFile());
        builder.environment().put("CLASSPATH", classes() + File.pathSeparator + classPath());
        Process process = builder.start();
        try {
            boolean ended = process.waitFor(LONGEST_MINUTES, TimeUnit.MINUTES);
            long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began);
            return ended || Files.exists(verdict)
                    ? Verdict.read(verdict, seconds)
                    : new Verdict(Verdict.Outcome.TIMED_OUT, LONGEST_MINUTES + " minutes", seconds);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static List<String> command(Catcher test, Path verdict) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx768m", "-XX:+UseSerialGC"));
        System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith("idem.test."))
                .forEach(name -> command.add("-D" + name + '=' + System.getProperty(name)));
        test.options().forEach(option -> command.add("-D" + option));
        command.add(SingleTest.class.getName());
        command.add(test.testClass() + '#' + test.method());
        command.add(verdict.toString());
        return command;
    }

    /** The class path of these tests, and the sink's tests. */
    static String classPath() {
        return System.getProperty("java.class.path")
                + File.pathSeparator
                + Repository.root().resolve("sink/target/test-classes");
    }
}
