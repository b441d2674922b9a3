package dev.idem.testing;

import dev.idem.embedded.ServerMain;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * An embedded server in a JVM of its own, for tests that kill that JVM: the broker dies with it, PostgreSQL is left
 * behind.
 */
public final class ServerProcess implements AutoCloseable {
    private static final String READY = "ready ";

    private final Process process;
    private final int port;

    private ServerProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    public static ServerProcess kafka(Path directory, int port) {
        return start("kafka", directory, port);
    }

    public static ServerProcess postgres(Path directory, int port) {
        return start("postgres", directory, port);
    }

    public int port() {
        return port;
    }

    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    /** Kills the JVM with SIGKILL. */
    public void kill() {
        process.destroyForcibly();
        await();
    }

    /** Stops it where it stands with SIGSTOP: connections stay open, and nobody answers. */
    public void freeze() {
        Signals.send("STOP", process.pid());
    }

    /** Lets it go on after {@link #freeze}. */
    public void thaw() {
        Signals.send("CONT", process.pid());
    }

    /** Stops the server cleanly. */
    @Override
    public void close() {
        process.destroy();
        await();
    }

    private static ServerProcess start(String kind, Path directory, int port) {
        String java =
                Path.of(System.getProperty("java.home", ""), "bin", "java").toString();
        String classPath = System.getProperty("java.class.path", "");
        List<String> command = List.of(
                java,
                "-Xmx384m",
                "-cp",
                classPath,
                ServerMain.class.getName(),
                kind,
                directory.toString(),
                Integer.toString(port));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(directory.resolve("jvm.log").toFile())
                    .start();
            return new ServerProcess(process, portSaid(process, directory));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads standard output to the line that says where the server listens; little comes after it. */
    private static int portSaid(Process process, Path directory) throws IOException {
        BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith(READY)) {
                return Integer.parseInt(line.substring(READY.length()).strip());
            }
        }
        throw new IllegalStateException("the server does not start, see " + directory.resolve("jvm.log"));
    }

    private void await() {
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException("the server process " + process.pid() + " does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for a server to end", e);
        }
    }
}
