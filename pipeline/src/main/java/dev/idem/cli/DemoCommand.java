package dev.idem.cli;

import dev.idem.demo.Demo;
import dev.idem.demo.DemoDirectory;
import dev.idem.demo.DemoSettings;
import dev.idem.demo.DemoSettings.Afterwards;
import dev.idem.demo.DemoSettings.Form;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The demo. */
@Command(
        name = "demo",
        description = {
            "Shows what Idem does: a shop on an embedded PostgreSQL is replicated through an embedded Kafka to another"
                    + " PostgreSQL; the sink is cut off inside a transaction; everything is replayed; source and"
                    + " warehouse are compared value by value.",
            "Ends with 0 only where they are equal."
        },
        mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
    private static final Duration LONGEST_STOP = Duration.ofSeconds(90);

    private final CountDownLatch over = new CountDownLatch(1);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "60s",
            description =
                    "how long the shop sells once the snapshot is taken, such as 90s or 5m; at least 10s (default: ${DEFAULT-VALUE})",
            converter = TimeSpan.class)
    private Duration duration = Duration.ofSeconds(60);

    @Option(
            names = "--keep-running",
            description = "go on selling after the verdict, with addresses to look inside, until Ctrl-C")
    private boolean keepRunning;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "where the servers keep their data, which stays (default: a directory that is deleted)")
    private @Nullable Path dataDirectory;

    @Option(names = "--quiet", description = "print the verdict alone")
    private boolean quiet;

    @Option(names = "--plain", description = "print lines, even where the terminal can do more")
    private boolean plain;

    @Override
    public Integer call() {
        if (duration.compareTo(DemoSettings.SHORTEST) < 0) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--duration: " + duration.toSeconds() + "s (expected: at least " + DemoSettings.SHORTEST.toSeconds()
                            + "s)");
        }
        Form wished = quiet ? Form.VERDICT : plain ? Form.LINES : Form.SCREEN;
        DemoSettings settings = new DemoSettings(
                duration,
                keepRunning ? Afterwards.KEEP_RUNNING : Afterwards.END,
                Optional.ofNullable(dataDirectory),
                Demo.formFor(wished, System.getenv()));
        try (DemoDirectory directory = DemoDirectory.of(settings.dataDirectory())) {
            LogOutput.toFile(directory.logFile());
            Demo demo = new Demo(settings, directory, System.out, System.getenv());
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(demo), "idem-stop"));
            return demo.run();
        } finally {
            over.countDown();
        }
    }

    /** The process ends when this returns, so it waits until everything is stopped and deleted. */
    private void stop(Demo demo) {
        demo.stop();
        try {
            if (!over.await(LONGEST_STOP.toMillis(), TimeUnit.MILLISECONDS)) {
                spec.commandLine().getErr().println("idem: did not stop in " + LONGEST_STOP.toSeconds() + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
