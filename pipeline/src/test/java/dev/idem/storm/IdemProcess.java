package dev.idem.storm;

import dev.idem.testing.Signals;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * {@code idem run -c file} in a JVM of its own, to be killed.
 *
 * <p><i>Threads:</i> one thread.
 */
public final class IdemProcess implements AutoCloseable {

    private static final int LOG_TAIL_LINES = 60;

    private final Process process;
    private final Path log;

    private IdemProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly, "kill idem"));
    }

    /** Starts {@code run}; what it says is appended to the log. */
    static IdemProcess start(Path settings, Path log) {
        return start(log, List.of("run", "-c", settings.toString()));
    }

    /** Starts any command; what it says is appended to the log. */
    static IdemProcess start(Path log, List<String> arguments) {
        return start(log, List.of(), arguments);
    }

    /** The same in a JVM that has these options too. */
    public static IdemProcess start(Path log, List<String> jvmOptions, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home", ""), "bin", "java").toString(),
                "-Xmx384m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1"));
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path", ""), "dev.idem.cli.Main"));
        command.addAll(arguments);
        try {
            return new IdemProcess(
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                            .start(),
                    log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills it with SIGKILL. */
    public void kill() {
        process.destroyForcibly();
        awaitEnd(Duration.ofSeconds(30));
    }

    /** Stops it where it stands with SIGSTOP, as a long pause of the machine does. */
    void freeze() {
        Signals.send("STOP", process.pid());
    }

    /** Lets it go on after {@link #freeze}. */
    void thaw() {
        Signals.send("CONT", process.pid());
    }

    /** Waits for it to end by itself; true where it has. */
    public boolean awaitEnd(Duration patience) {
        try {
            return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    public int exitCode() {
        return process.exitValue();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** All that it said, and the processes before it that had the same log. */
    String output() {
        try {
            return Files.readString(log, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The end of what it said. */
    public String tail() {
        List<String> lines = output().lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_TAIL_LINES), lines.size()));
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            kill();
        }
    }
}
