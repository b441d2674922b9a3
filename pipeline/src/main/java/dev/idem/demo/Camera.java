package dev.idem.demo;

import dev.idem.apply.TableCount;
import dev.idem.capture.CaptureStatus;
import dev.idem.change.TableId;
import dev.idem.demo.Picture.Money;
import dev.idem.demo.Picture.Positions;
import dev.idem.demo.Picture.Rates;
import dev.idem.demo.Picture.Scene;
import dev.idem.demo.Picture.TableLine;
import dev.idem.demo.ShopDatabase.Inventory;
import dev.idem.process.ApplyCounters;
import dev.idem.process.Pipeline;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Takes pictures of a running pipeline: what it says of itself, and what can be seen from outside.
 *
 * <p><i>Threads:</i> one thread.
 */
final class Camera {

    /** How long a rate is averaged over. */
    private static final Duration RATE_OVER = Duration.ofSeconds(3);

    private final Pipeline pipeline;
    private final Shop shop;
    private final Inventory inventory;
    private final SourceWindow source;
    private final WarehouseWindow warehouse;
    private final Deque<Reading> readings = new ArrayDeque<>();
    private long looks;
    private long wrong;

    /** What stood on the counters at one moment. */
    private record Reading(long nanos, long transactions, long events) {}

    Camera(Pipeline pipeline, Shop shop, Inventory inventory, SourceWindow source, WarehouseWindow warehouse) {
        this.pipeline = pipeline;
        this.shop = shop;
        this.inventory = inventory;
        this.source = source;
        this.warehouse = warehouse;
    }

    /** The picture now. */
    Picture take(Act act, Duration elapsed, List<Scene> story) {
        CaptureStatus capture = pipeline.captureStatus().orElseThrow();
        ApplyCounters.Totals applied = pipeline.applied();
        // The warehouse first and the head last, or what is behind could seem to be ahead.
        Optional<WarehouseWindow.Position> position = warehouse.position();
        boolean consistent = position.map(WarehouseWindow.Position::consistent).orElse(false);
        Optional<Money> money = consistent ? Optional.of(lookAtMoney()) : Optional.empty();
        SourceWindow.WalPositions wal = source.positions();
        return new Picture(
                act,
                elapsed,
                new Positions(
                        Optional.of(wal.head()),
                        wal.captured(),
                        capture.publishedLsn(),
                        consistent ? position.map(WarehouseWindow.Position::commitLsn) : Optional.empty(),
                        consistent ? Optional.ofNullable(applied.delay()) : Optional.empty()),
                rates(applied),
                tables(capture, applied),
                money,
                story);
    }

    /** How often the balances did not add up. */
    long wrongLooks() {
        return wrong;
    }

    private Money lookAtMoney() {
        BigDecimal sum = warehouse.money();
        looks++;
        if (sum.compareTo(inventory.money()) != 0) {
            wrong++;
        }
        return new Money(sum, looks, wrong);
    }

    private Rates rates(ApplyCounters.Totals applied) {
        Reading now = new Reading(
                System.nanoTime(), shop.transactions(), applied.all().events());
        readings.addLast(now);
        while (now.nanos() - readings.getFirst().nanos() > RATE_OVER.toNanos()) {
            readings.removeFirst();
        }
        Reading then = readings.getFirst();
        double seconds = Math.max(1, now.nanos() - then.nanos()) / 1e9;
        return new Rates(
                Math.round((now.transactions() - then.transactions()) / seconds),
                Math.round((now.events() - then.events()) / seconds));
    }

    private List<TableLine> tables(CaptureStatus capture, ApplyCounters.Totals applied) {
        boolean done = capture.state() == CaptureStatus.State.STREAMING;
        List<TableLine> lines = new ArrayList<>();
        for (Map.Entry<TableId, Long> table : inventory.rows().entrySet()) {
            lines.add(new TableLine(
                    table.getKey().name(),
                    table.getValue(),
                    capture.snapshotRows().getOrDefault(table.getKey(), 0L),
                    done,
                    applied.byTable().getOrDefault(table.getKey(), TableCount.NONE)));
        }
        return lines;
    }
}
