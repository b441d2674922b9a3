package dev.idem.capture;

import java.io.IOException;
import java.util.List;

/** {@link CaptureMain} in a JVM that can be killed. */
final class CaptureProcess implements AutoCloseable {

    private final Process process;

    CaptureProcess(CaptureFixture fixture, TestServers servers) throws IOException {
        CaptureSettings settings = fixture.settings();
        this.process = new ProcessBuilder(List.of(
                        System.getProperty("java.home") + "/bin/java",
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path", ""),
                        CaptureMain.class.getName(),
                        settings.source().url(),
                        settings.source().user(),
                        settings.source().password(),
                        servers.kafka().bootstrapServers(),
                        settings.pipeline(),
                        settings.dataDirectory().toString(),
                        settings.engineOptions().getOrDefault("max.batch.size", "8192")))
                .redirectErrorStream(true)
                .redirectOutput(settings.dataDirectory().resolve("process.log").toFile())
                .start();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** With SIGKILL. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        kill();
    }
}
