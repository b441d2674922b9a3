package dev.idem.demo;

import dev.idem.demo.DemoSettings.Afterwards;
import dev.idem.demo.DemoSettings.Form;
import dev.idem.demo.Performance.Audience;
import dev.idem.demo.Performance.Clock;
import dev.idem.demo.Picture.Positions;
import dev.idem.demo.Picture.Rates;
import dev.idem.demo.Picture.Scene;
import dev.idem.embedded.EmbeddedServerException;
import dev.idem.error.PipelineException;
import dev.idem.verify.Verification;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/**
 * The demo: servers, a shop, the pipeline, a crash, a replay, a comparison, a verdict.
 *
 * <p><i>Threads:</i> {@link #run} belongs to one thread; {@link #stop} is thread-safe.
 *
 * <p><i>Fails:</i> never by throwing: what went wrong is said, and {@link #run} answers 1.
 */
public final class Demo {

    private static final int EQUAL = 0;
    private static final int FAILED = 1;
    private static final int STOPPED = 130;
    private static final Duration LINE_EVERY = Duration.ofSeconds(5);
    private static final Duration LINE_EVERY_AFTERWARDS = Duration.ofSeconds(10);

    private final DemoSettings settings;
    private final DemoDirectory directory;
    private final Terminal terminal;
    private final Consumer<Stage> beforeComparison;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final List<Scene> story = new ArrayList<>();
    private final long startNanos = System.nanoTime();
    private final Clock clock = () -> Duration.ofNanos(System.nanoTime() - startNanos);

    /** A demo that has not begun. The directory is closed by the caller. */
    public Demo(DemoSettings settings, DemoDirectory directory, PrintStream out, Map<String, String> environment) {
        this(settings, directory, Terminal.of(out, environment), stage -> {});
    }

    /** With something that is done to the databases before they are compared. */
    Demo(DemoSettings settings, DemoDirectory directory, Terminal terminal, Consumer<Stage> beforeComparison) {
        this.settings = settings;
        this.directory = directory;
        this.terminal = terminal;
        this.beforeComparison = beforeComparison;
    }

    /**
     * Plays it; 0 where source and warehouse are equal and nothing that was promised failed, else 1; 130 if stopped.
     */
    public int run() {
        try {
            return play();
        } catch (DemoStoppedException e) {
            terminal.line("Stopped before the comparison: no verdict.");
            return STOPPED;
        } catch (DemoFailure | PipelineException | EmbeddedServerException e) {
            directory.keep();
            terminal.line("The demo failed: " + e.getMessage() + ". The log stays in " + directory.logFile());
            return FAILED;
        }
    }

    private int play() {
        try (Display display = display()) {
            tell(
                    display,
                    "PostgreSQL 18 as source, another as warehouse, and Kafka start, with their data in "
                            + directory.path() + (directory.isTemporary() ? ", which is deleted at the end." : "."));
            try (Stage stage = Stage.set(directory.path())) {
                requireNotStopped();
                return play(stage, display);
            }
        }
    }

    private int play(Stage stage, Display display) {
        ShopDatabase.Inventory inventory = ShopDatabase.prepare(stage.source());
        requireNotStopped();
        try (Performance performance =
                new Performance(stage, inventory, new Audience(display, stopping, clock, story))) {
            List<String> broken = performance.play(settings.duration());
            beforeComparison.accept(stage);
            Verification comparison = stage.compare(inventory.rows().keySet());
            display.close();
            boolean good = comparison.isEqual() && broken.isEmpty();
            terminal.line("");
            terminal.line((good ? Ink.GOOD : Ink.BAD).on(verdict(comparison, broken)));
            if (!good) {
                directory.keep();
                terminal.line("The servers' data stay in " + directory.path());
            }
            if (settings.afterwards() == Afterwards.KEEP_RUNNING) {
                keepRunning(stage, performance);
            }
            return good ? EQUAL : FAILED;
        }
    }

    private static String verdict(Verification comparison, List<String> broken) {
        return broken.isEmpty()
                ? comparison.verdict()
                : "Not as promised: " + String.join("; ", broken) + ". " + comparison.verdict();
    }

    private void keepRunning(Stage stage, Performance performance) {
        terminal.line("");
        terminal.line(
                "The shop opens again and goes on until Ctrl-C. Look inside (some queries: sql/demo/3_look.sql):");
        stage.addresses().lines().forEach(terminal::line);
        terminal.line("");
        try (Display lines = new PlainDisplay(terminal, LINE_EVERY_AFTERWARDS, story.size())) {
            performance.keepRunning(lines);
        } catch (DemoStoppedException e) {
            terminal.line("Stopped.");
        }
    }

    private Display display() {
        return switch (settings.form()) {
            case SCREEN -> new LiveDisplay(terminal);
            case LINES -> {
                PictureText.legend().forEach(terminal::line);
                terminal.line("");
                yield new PlainDisplay(terminal, LINE_EVERY, 0);
            }
            case VERDICT -> new NoDisplay();
        };
    }

    private void tell(Display display, String sentence) {
        story.add(new Scene(clock.elapsed(), sentence));
        display.show(new Picture(
                Act.START, clock.elapsed(), Positions.UNKNOWN, new Rates(0, 0), List.of(), Optional.empty(), story));
    }

    private void requireNotStopped() {
        if (stopping.getCount() == 0) {
            throw new DemoStoppedException();
        }
    }

    /** Asks {@link #run} to end; returns at once. */
    public void stop() {
        stopping.countDown();
    }

    /** The form that the terminal can show, where a screen was wished for. */
    public static Form formFor(Form wished, Map<String, String> environment) {
        return wished == Form.SCREEN && !Terminal.isAbleTerminal(environment) ? Form.LINES : wished;
    }
}
