package dev.idem.apply;

import dev.idem.change.Cut;
import dev.idem.change.TableId;
import dev.idem.change.Topics;
import dev.idem.consume.ConsumerFactory;
import dev.idem.consume.CutFollower;
import dev.idem.consume.CutReader;
import dev.idem.consume.PositionedCut;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.warehouse.WarehouseFailure;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings parked tables back: reads the cuts that a table missed again, for it alone, some at a time, until it is where
 * the others are. What it reads is guarded as what may have been applied before, so nothing is applied twice.
 *
 * <p><i>Threads:</i> the writer's thread, except {@link #wakeup}.
 *
 * <p><i>Fails:</i> with what is no matter of the table; the transaction in hand must then be rolled back.
 */
final class Resumption implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Resumption.class);
    private static final Duration WAIT = Duration.ofSeconds(5);
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    private final WarehouseWriter writer;
    private final ConsumerFactory consumers;
    private final Topics topics;
    private final String clientId;
    private final ApplySettings settings;
    private volatile @Nullable CutFollower follower;
    private volatile @Nullable CutReader reader;
    private long nextLook = System.nanoTime();

    /** Reads nothing before a table is parked. */
    Resumption(
            WarehouseWriter writer, ConsumerFactory consumers, Topics topics, String clientId, ApplySettings settings) {
        this.writer = writer;
        this.consumers = consumers;
        this.topics = topics;
        this.clientId = clientId;
        this.settings = settings;
    }

    /**
     * Brings the table that is due some cuts further; true where that was so and it is not yet where the others are.
     */
    boolean runOnce() {
        if (!writer.hasParked() || System.nanoTime() - nextLook < 0) {
            return false;
        }
        boolean goesOn = writer.dueParked().map(this::bringOn).orElse(false);
        nextLook = System.nanoTime() + (goesOn ? 0 : BETWEEN_LOOKS.toNanos());
        return goesOn;
    }

    private boolean bringOn(ParkedTable parked) {
        try {
            List<PositionedCut> cuts = next(parked);
            if (cuts.isEmpty() && parked.logOffset() < writer.progress().logOffset()) {
                return false;
            }
            return apply(parked.table(), cuts);
        } catch (PipelineException e) {
            if (e.kind() != ErrorKind.LOG_INCOMPLETE) {
                throw e;
            }
            writer.rollback();
            writer.park(parked.table(), forgotten(parked, e));
            return false;
        }
    }

    private static String forgotten(ParkedTable parked, PipelineException e) {
        return "the log no longer holds all that the table missed after cut " + parked.cut()
                + " (expected: retention longer than it was parked). Remedy: ./idem resume --skip-missed, then ./idem"
                + " resync, of " + parked.table() + ". Cause: " + e.getMessage();
    }

    /** The next cuts that the table missed and the others have. */
    private List<PositionedCut> next(ParkedTable parked) {
        long end = writer.progress().logOffset();
        if (parked.logOffset() >= end) {
            return List.of();
        }
        CutFollower cuts = cuts();
        cuts.seek(parked.logOffset());
        List<PositionedCut> found = cuts.poll(WAIT, settings.maxCuts(), settings.maxRows()).stream()
                .filter(cut -> cut.nextOffset() <= end)
                .toList();
        if (!found.isEmpty() && !ApplyLoop.isNext(found.get(0).cut(), parked.cut())) {
            throw new PipelineException(
                    ErrorKind.LOG_INCOMPLETE,
                    "the first cut found is " + found.get(0).cut().number());
        }
        return found;
    }

    private boolean apply(TableId table, List<PositionedCut> cuts) {
        try {
            return applyTogether(table, cuts);
        } catch (TableFailedException e) {
            writer.rollback();
            if (WarehouseFailure.isUniqueViolation(e.failure())) {
                writer.writeApart(table);
                return true;
            }
            if (settings.onTableFailure() != OnTableFailure.DEAD_LETTER) {
                writer.park(table, String.valueOf(e.getMessage()));
                return false;
            }
        } catch (PipelineException e) {
            if (e.kind() != ErrorKind.ROW_REFUSED) {
                throw e;
            }
            writer.rollback();
        }
        return applyCarefully(table, cuts);
    }

    private boolean applyTogether(TableId table, List<PositionedCut> cuts) {
        writer.beginResuming(table);
        for (PositionedCut cut : cuts) {
            read(table, cut.cut());
        }
        return end(table, cuts.isEmpty() ? null : cuts.get(cuts.size() - 1));
    }

    private void read(TableId table, Cut cut) {
        writer.startCut(cut);
        events().readTopic(cut, topics.of(table), writer::add);
        CutTables.take(cut, events(), topics, writer);
    }

    private boolean applyCarefully(TableId table, List<PositionedCut> cuts) {
        boolean goesOn = true;
        try {
            for (PositionedCut cut : cuts) {
                writer.beginResuming(table);
                writer.startCut(cut.cut());
                events().readTopic(cut.cut(), topics.of(table), writer::addCarefully);
                writer.requireSomeAccepted();
                CutTables.take(cut.cut(), events(), topics, writer);
                goesOn = end(table, cut);
            }
        } catch (TableFailedException e) {
            writer.rollback();
            if (WarehouseFailure.isUniqueViolation(e.failure())) {
                writer.writeApart(table);
                return true;
            }
            writer.park(table, String.valueOf(e.getMessage()));
            return false;
        }
        return goesOn;
    }

    private boolean end(TableId table, @Nullable PositionedCut last) {
        boolean follows = writer.commitResuming(table, last);
        if (follows) {
            LOG.info(
                    "table follows again table={} cut={}",
                    table,
                    writer.progress().cut());
        }
        return !follows;
    }

    private CutFollower cuts() {
        CutFollower opened = follower;
        if (opened == null) {
            opened = new CutFollower(consumers, topics, clientId + "-parked-cuts");
            follower = opened;
        }
        return opened;
    }

    private CutReader events() {
        CutReader opened = reader;
        if (opened == null) {
            opened = new CutReader(consumers, topics, clientId + "-parked");
            reader = opened;
        }
        return opened;
    }

    /** Ends a waiting read; thread-safe. */
    void wakeup() {
        CutFollower cuts = follower;
        if (cuts != null) {
            cuts.wakeup();
        }
        CutReader events = reader;
        if (events != null) {
            events.wakeup();
        }
    }

    @Override
    public void close() {
        CutFollower cuts = follower;
        if (cuts != null) {
            cuts.close();
        }
        CutReader events = reader;
        if (events != null) {
            events.close();
        }
    }
}
