package dev.idem.process;

import dev.idem.apply.RebuildWriter;
import dev.idem.change.TableId;
import dev.idem.control.RebuildEntry;
import dev.idem.control.RebuildOrders;
import dev.idem.control.RebuildResult;
import dev.idem.replay.Rebuild;
import dev.idem.replay.ReplayProgress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rebuilds that were asked for. What came of a table is kept in the transaction that swaps its content, so a table
 * that was rebuilt is not rebuilt again after a crash, and the one in hand begins anew.
 *
 * <p><i>Threads:</i> one thread.
 */
final class RebuildWork implements OrderedWork<RebuildEntry> {

    private static final Logger LOG = LoggerFactory.getLogger(RebuildWork.class);
    private static final long EVERY_NANOS = Duration.ofMillis(500).toNanos();

    private final LogAccess log;
    private final RebuildOrders orders;

    RebuildWork(LogAccess log, RebuildOrders orders) {
        this.log = log;
        this.orders = orders;
    }

    @Override
    public String name() {
        return "rebuild";
    }

    @Override
    public List<RebuildEntry> open() {
        return orders.open();
    }

    @Override
    public long id(RebuildEntry order) {
        return order.id();
    }

    @Override
    public void carryOut(RebuildEntry order, Consumer<Runnable> stopBy) {
        try (RebuildWriter writer = log.rebuildWriter()) {
            for (TableId table : order.open()) {
                Optional<RebuildResult> result = new OneTable(order, table, writer).run(stopBy);
                if (result.isEmpty()) {
                    LOG.info("rebuild stopped rebuild={} table={}", order.id(), table);
                    return;
                }
                LOG.info(
                        "table rebuilt rebuild={} table={} dryRun={} rows={} changed={}",
                        order.id(),
                        table,
                        order.isDryRun(),
                        result.get().rebuilt().rows(),
                        result.get().rebuilt().changed());
            }
        }
        orders.done(order.id());
    }

    /** The turn of one table: notes how far it is, and ends where the order was given up. */
    private final class OneTable {
        private final RebuildEntry order;
        private final TableId table;
        private final RebuildWriter writer;
        private final Rebuild rebuild;
        private long lastNoted = System.nanoTime() - EVERY_NANOS;

        OneTable(RebuildEntry order, TableId table, RebuildWriter writer) {
            this.order = order;
            this.table = table;
            this.writer = writer;
            this.rebuild = new Rebuild(log.view(), writer, this::progressed);
        }

        Optional<RebuildResult> run(Consumer<Runnable> stopBy) {
            stopBy.accept(rebuild::stop);
            Rebuild.Mode mode = order.isDryRun() ? Rebuild.Mode.DRY_RUN : Rebuild.Mode.SWAP;
            Predicate<RebuildResult> keep = result -> writer.keep(order.id(), result);
            return rebuild.run(table, mode, keep);
        }

        private void progressed(ReplayProgress progress) {
            long now = System.nanoTime();
            if (now - lastNoted < EVERY_NANOS) {
                return;
            }
            lastNoted = now;
            var part = new RebuildEntry.Part(table, progress.records(), progress.seen(), Optional.empty());
            if (!writer.advance(order.id(), part)) {
                rebuild.stop();
            }
        }
    }

    @Override
    public void failed(long id, String reason) {
        orders.failed(id, reason);
    }

    @Override
    public void waits(long id, String reason) {
        orders.waits(id, reason);
    }
}
