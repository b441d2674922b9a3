package dev.idem.demo;

import dev.idem.apply.Sink;
import dev.idem.apply.TableCount;
import dev.idem.capture.CaptureStatus;
import dev.idem.change.Lsn;
import dev.idem.demo.Picture.Scene;
import dev.idem.demo.WarehouseWindow.Fingerprint;
import dev.idem.process.ApplyCounters;
import dev.idem.warehouse.Progress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The acts of the demo, one after the other, while pictures are shown.
 *
 * <p><i>Threads:</i> one thread; {@code stopping} may be counted down by any.
 *
 * <p><i>Fails:</i> with {@link DemoFailure} where the pipeline fails or something takes far too long, and with
 * {@link DemoStoppedException} when the user ends it.
 */
final class Performance implements AutoCloseable {

    private static final Duration FRAME = Duration.ofMillis(200);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);
    private static final int CUT_OFF_AT_PERCENT = 40;
    private static final int REPLAY_AT_PERCENT = 60;
    private static final Duration SELL_ON_AT_LEAST = Duration.ofSeconds(2);

    private final Stage stage;
    private final Shop shop;
    private final SourceWindow source;
    private final WarehouseWindow warehouse;
    private final Camera camera;
    private final Display display;
    private final CountDownLatch stopping;
    private final Clock clock;
    private final List<Scene> story;
    private final List<String> broken = new ArrayList<>();
    private Act act = Act.SNAPSHOT;
    private String told = "";

    /** Since the program began. */
    interface Clock {
        Duration elapsed();
    }

    Performance(Stage stage, ShopDatabase.Inventory inventory, Audience audience) {
        this.stage = stage;
        this.display = audience.display();
        this.stopping = audience.stopping();
        this.clock = audience.clock();
        this.story = audience.story();
        this.source = new SourceWindow(stage.source(), stage.slot());
        this.warehouse = new WarehouseWindow(stage.warehouse(), stage.pipelineName());
        this.shop = Shop.open(stage.source(), 42);
        this.camera = new Camera(stage.pipeline(), shop, inventory, source, warehouse);
    }

    /** Who watches: what is shown to them, and how they end it. */
    record Audience(Display display, CountDownLatch stopping, Clock clock, List<Scene> story) {}

    /**
     * Plays everything but the comparison, for this time from the snapshot's end; what did not hold on the way, a
     * sentence each.
     */
    List<String> play(Duration duration) {
        takeSnapshot();
        act = Act.SELL;
        Duration begun = clock.elapsed();
        watchUntil(begun.plus(duration.multipliedBy(CUT_OFF_AT_PERCENT).dividedBy(100)));
        cutSinkOff();
        watchUntil(begun.plus(duration.multipliedBy(REPLAY_AT_PERCENT).dividedBy(100)));
        replayEverything();
        act = Act.SELL_ON;
        Duration end = begun.plus(duration);
        Duration earliest = clock.elapsed().plus(SELL_ON_AT_LEAST);
        watchUntil(end.compareTo(earliest) < 0 ? earliest : end);
        act = Act.COMPARE;
        shop.pause();
        drain();
        tell("The shop is closed and everything has arrived; source and warehouse are compared value by value.");
        if (camera.wrongLooks() > 0) {
            broken.add("the warehouse showed a transaction half way, " + camera.wrongLooks() + " times");
        }
        return broken;
    }

    private void takeSnapshot() {
        boolean goesOn = warehouse
                .position()
                .filter(WarehouseWindow.Position::consistent)
                .isPresent();
        tell(
                goesOn
                        ? "The shop is open and sells. The directory holds an earlier demo: the pipeline goes on from its"
                                + " position, without a snapshot."
                        : "The shop is open and sells. The pipeline starts with nothing: first a snapshot, while selling"
                                + " goes on.");
        stage.pipeline().start();
        if (goesOn) {
            until("the capture's start", () -> stage.pipeline().applied().cuts() > 0);
            return;
        }
        until(
                "the snapshot",
                () -> warehouse
                        .position()
                        .filter(WarehouseWindow.Position::consistent)
                        .isPresent());
        ApplyCounters.Totals totals = stage.pipeline().applied();
        tell("The snapshot is in the warehouse, " + number(totals.all().events())
                + " rows. From here on it follows the changes, transaction by transaction.");
    }

    private void cutSinkOff() {
        act = Act.CUT_OFF;
        long generation = generation();
        Severed severed = sever();
        tell("The sink was cut off inside a warehouse transaction, between its last row and the commit: its session was"
                + " killed when it had written to " + String.join(", ", severed.tables())
                + ". All of that is gone, and the position, which stands in the same transaction, is still "
                + severed.position() + ".");
        until("the sink's next start", () -> generation() > generation);
        until("the sink's next commit", () -> applied().compareTo(severed.position()) > 0);
        tell("The sink started again by itself, read the position where the data is, and goes on from there: nothing is"
                + " missing, nothing doubled.");
    }

    private record Severed(Lsn position, List<String> tables) {}

    private Severed sever() {
        try (SinkCutOff cutOff = new SinkCutOff(stage.warehouse(), stage.sinkSession())) {
            Lsn position = cutOff.hold(stage.pipelineName());
            List<List<String>> severed = new ArrayList<>();
            until("a batch to cut off", () -> {
                cutOff.severWhereStopped().ifPresent(severed::add);
                return !severed.isEmpty();
            });
            return new Severed(position, severed.get(0));
        }
    }

    private void replayEverything() {
        act = Act.REPLAY;
        shop.pause();
        drain();
        tell("The shop pauses for a moment, everything is applied. Now all events are read again, from the beginning of"
                + " the log.");
        Map<String, Fingerprint> before = warehouse.fingerprints();
        TableCount replayed = replay();
        Map<String, Fingerprint> after = warehouse.fingerprints();
        shop.resume();
        tell("Replayed: " + number(replayed.events()) + " events seen, "
                + (replayed.changed() == 0 ? number(replayed.events()) + " of them applied already, " : "")
                + number(replayed.changed()) + " rows changed.");
        compare(before, after);
        if (replayed.changed() != 0) {
            broken.add("the replay changed " + number(replayed.changed()) + " rows");
        }
    }

    private TableCount replay() {
        Sink sink = stage.pipeline().sink().orElseThrow();
        Progress reached = Optional.ofNullable(sink.progress()).orElseThrow();
        ApplyCounters.Totals before = stage.pipeline().applied();
        sink.replayFromBeginning();
        until("the replay", () -> {
            Progress now = sink.progress();
            boolean readAll = stage.pipeline().applied().cuts() - before.cuts() >= reached.cut();
            return readAll && now != null && now.cut() >= reached.cut();
        });
        TableCount after = stage.pipeline().applied().all();
        return new TableCount(
                after.events() - before.all().events(),
                after.written() - before.all().written(),
                after.deleted() - before.all().deleted());
    }

    private void compare(Map<String, Fingerprint> before, Map<String, Fingerprint> after) {
        long rows = before.values().stream().mapToLong(Fingerprint::rows).sum();
        boolean sameContent = before.keySet().equals(after.keySet())
                && before.entrySet().stream()
                        .allMatch(table ->
                                table.getValue().hasContentOf(after.getOrDefault(table.getKey(), Fingerprint.NONE)));
        if (!sameContent) {
            broken.add("the replay changed values in the warehouse");
            tell("The checksums of the warehouse before and after differ: the replay changed something.");
            return;
        }
        tell("The checksums of all " + before.size() + " tables (" + number(rows)
                + " rows) before and after are the same"
                + (before.equals(after)
                        ? ", and no row was even written again (every xmin and ctid is as it was)."
                        : "."));
    }

    /** Waits until the warehouse has everything that the shop has committed. */
    private void drain() {
        long closing = source.closeShop();
        until("the warehouse to catch up", () -> warehouse.has(closing));
    }

    private long generation() {
        return warehouse.position().map(WarehouseWindow.Position::generation).orElse(0L);
    }

    private Lsn applied() {
        return warehouse.position().map(WarehouseWindow.Position::commitLsn).orElse(Lsn.ZERO);
    }

    /** The shop opens again, and pictures are shown until the user ends it. */
    void keepRunning(Display lines) {
        act = Act.KEEP_RUNNING;
        shop.resume();
        while (true) {
            frame(lines);
        }
    }

    private void watchUntil(Duration time) {
        while (clock.elapsed().compareTo(time) < 0) {
            frame(display);
        }
    }

    private void until(String what, BooleanSupplier condition) {
        Duration deadline = clock.elapsed().plus(LONGEST_WAIT);
        while (!condition.getAsBoolean()) {
            if (clock.elapsed().compareTo(deadline) > 0) {
                throw new DemoFailure(what + " takes more than " + LONGEST_WAIT.toSeconds() + " s");
            }
            frame(display);
            tellWhatIsWaitedFor();
        }
    }

    /** Says once what holds the pipeline up, so that a long wait is not a riddle. */
    private void tellWhatIsWaitedFor() {
        Optional<String> capture = stage.pipeline()
                .captureStatus()
                .filter(status -> status.state() == CaptureStatus.State.WAITING)
                .map(status -> "The capture waits and tries again: " + status.detail());
        Optional<String> sink = stage.pipeline()
                .sink()
                .filter(service -> act != Act.CUT_OFF && service.state() == Sink.State.RETRYING)
                .map(Sink::failure)
                .map(failure -> "The sink waits and tries again: " + failure.getMessage());
        capture.or(() -> sink).filter(reason -> !reason.equals(told)).ifPresent(reason -> {
            told = reason;
            tell(reason);
        });
    }

    private void frame(Display to) {
        to.show(camera.take(act, clock.elapsed(), story));
        stage.pipeline().failure().ifPresent(failure -> {
            throw failure;
        });
        shop.failure().ifPresent(failure -> {
            throw new DemoFailure("the shop cannot sell: " + failure.getMessage(), failure);
        });
        try {
            if (stopping.await(FRAME.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new DemoStoppedException();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DemoStoppedException();
        }
    }

    /** Adds to the story and shows it. */
    void tell(String sentence) {
        story.add(new Scene(clock.elapsed(), sentence));
        display.show(camera.take(act, clock.elapsed(), story));
    }

    private static String number(long value) {
        return PictureText.number(value);
    }

    @Override
    public void close() {
        try (source;
                warehouse) {
            shop.close();
        }
    }
}
