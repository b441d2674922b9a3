package dev.idem.apply;

import dev.idem.change.Cut;
import dev.idem.change.TableId;
import dev.idem.change.Topics;
import dev.idem.consume.ConsumerFactory;
import dev.idem.consume.CutFollower;
import dev.idem.consume.CutReader;
import dev.idem.consume.EventFinder;
import dev.idem.consume.LogRetention;
import dev.idem.consume.PositionedCut;
import dev.idem.consume.ReadInterruptedException;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.warehouse.Progress;
import dev.idem.warehouse.WarehouseFailure;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sink's duty cycle: the next cuts, their events, one warehouse transaction.
 *
 * <p><i>Threads:</i> one thread, except {@link #wakeup}.
 *
 * <p><i>Fails:</i> with a {@link PipelineException}; nothing of the cuts in hand was applied then (or all, where the
 * commit's answer was lost), and the loop must be closed and opened again: it goes on from the position that the
 * warehouse holds.
 */
public final class ApplyLoop implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ApplyLoop.class);
    private static final int LOCK_ATTEMPTS = 3;
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);
    private static final Duration WAIT_FOR_FIRST = Duration.ofSeconds(10);

    private final WarehouseWriter writer;
    private final CutFollower follower;
    private final CutReader reader;
    private final Topics topics;
    private final ApplySettings settings;
    private final SinkListener listener;
    private final Resumption resumption;
    private final DeadLetterRetry retries;
    private final LogIdentity logIdentity;
    private final TombstonePurge purge;
    private final Map<TableId, Integer> locked = new HashMap<>();
    private boolean isPaused;
    private long nextLook = System.nanoTime();

    /** A loop that goes on where the writer's position is. It closes what it is given. */
    public ApplyLoop(
            WarehouseWriter writer,
            CutFollower follower,
            Topics topics,
            ApplySettings settings,
            SinkListener listener,
            ConsumerFactory consumers,
            String clientId) {
        this.writer = writer;
        this.follower = follower;
        this.reader = new CutReader(consumers, topics, clientId);
        this.topics = topics;
        this.settings = settings;
        this.listener = listener;
        this.resumption = new Resumption(writer, consumers, topics, clientId, settings);
        this.retries = new DeadLetterRetry(writer, new EventFinder(consumers, topics, clientId + "-retries"));
        this.purge = new TombstonePurge(
                writer,
                new LogRetention(consumers, topics, clientId + "-retention"),
                follower,
                topics.pipeline(),
                settings.tombstonePurge());
        this.logIdentity = LogIdentity.of(writer, follower);
        follower.seek(writer.progress().logOffset());
    }

    /**
     * Looks, from time to time, at what persons have asked for and parks the tables that are to wait.
     *
     * @return true where nothing is to be applied
     */
    public boolean isPaused() {
        if (System.nanoTime() - nextLook >= 0) {
            Orders orders = writer.orders();
            orders.tables().forEach(writer::hold);
            isPaused = orders.isPaused();
            nextLook = System.nanoTime() + BETWEEN_LOOKS.toNanos();
        }
        return isPaused;
    }

    /** Applies the next cuts, waiting for them at most {@code timeout}; how many there were. */
    public int runOnce(Duration timeout) {
        try {
            return applyNext(timeout);
        } catch (PipelineException e) {
            if (e.kind() == ErrorKind.LOG_INCOMPLETE) {
                requireWriter();
            }
            throw e;
        }
    }

    /** What the log lacks may have been applied by a younger writer; then that is what there is to say. */
    private void requireWriter() {
        writer.rollback();
        writer.aside("asking for the pipeline's writer", same -> true);
    }

    private int applyNext(Duration timeout) {
        retries.runOnce();
        boolean resumes = resumption.runOnce();
        boolean purges = logIdentity.isSame() && purge.runOnce();
        List<PositionedCut> cuts =
                follower.poll(resumes || purges ? Duration.ZERO : timeout, settings.maxCuts(), settings.maxRows());
        if (cuts.isEmpty()) {
            return 0;
        }
        logIdentity.requireFor(cuts.get(0).cut());
        try {
            isolate(() -> apply(cuts), Way.TOGETHER);
        } catch (PipelineException e) {
            if (e.kind() != ErrorKind.ROW_REFUSED) {
                throw e;
            }
            writer.rollback();
            cuts.forEach(cut -> isolate(() -> applyCarefully(cut), Way.EVENT_BY_EVENT));
        }
        locked.clear();
        return cuts.size();
    }

    /** How events are brought into the warehouse. */
    private enum Way {
        TOGETHER,
        EVENT_BY_EVENT
    }

    /** Repeats the attempt without the tables that cannot go on: each failure is answered so that it comes once. */
    private void isolate(Runnable attempt, Way way) {
        boolean done = false;
        while (!done) {
            try {
                attempt.run();
                done = true;
            } catch (TableFailedException e) {
                writer.rollback();
                answer(e, way);
            }
        }
    }

    private void answer(TableFailedException failed, Way way) {
        TableId table = failed.table();
        PipelineException failure = failed.failure();
        if (WarehouseFailure.isUniqueViolation(failure)) {
            writer.writeApart(table);
            return;
        }
        if (WarehouseFailure.isLockTimeout(failure) && locked.merge(table, 1, Integer::sum) < LOCK_ATTEMPTS) {
            LOG.warn("table is locked by others, tried again table={} reason=\"{}\"", table, failure.getMessage());
            return;
        }
        if (settings.onTableFailure() == OnTableFailure.STOP) {
            throw failure;
        }
        if (settings.onTableFailure() == OnTableFailure.DEAD_LETTER && way == Way.TOGETHER) {
            throw new PipelineException(ErrorKind.ROW_REFUSED, String.valueOf(failure.getMessage()), failed);
        }
        writer.park(table, String.valueOf(failure.getMessage()));
    }

    private void apply(List<PositionedCut> cuts) {
        long began = System.nanoTime();
        writer.begin();
        long previous = writer.progress().cut();
        for (PositionedCut cut : cuts) {
            requireNext(cut.cut(), previous);
            previous = cut.cut().number();
            writer.startCut(cut.cut());
            reader.read(cut.cut(), writer::add);
            CutTables.take(cut.cut(), reader, topics, writer);
        }
        PositionedCut last = cuts.get(cuts.size() - 1);
        Map<TableId, TableCount> counts = writer.commit(last);
        listener.applied(last.cut(), cuts.size(), counts);
        listener.took(Duration.ofNanos(System.nanoTime() - began));
    }

    /** Event by event, so that only the events that the warehouse refuses are set aside. */
    private void applyCarefully(PositionedCut cut) {
        long began = System.nanoTime();
        writer.begin();
        writer.startCut(cut.cut());
        reader.read(cut.cut(), writer::addCarefully);
        writer.requireSomeAccepted();
        CutTables.take(cut.cut(), reader, topics, writer);
        listener.applied(cut.cut(), 1, writer.commit(cut));
        listener.took(Duration.ofNanos(System.nanoTime() - began));
    }

    /** Cuts are numbered without gaps, so one that is missing, or comes from another log, is noticed. */
    private static void requireNext(Cut cut, long previous) {
        if (!isNext(cut, previous)) {
            throw new PipelineException(
                    ErrorKind.LOG_INCOMPLETE,
                    "cut " + cut.number() + " at " + cut.commitLsn() + " (expected: cut " + (previous + 1)
                            + "). The log is not the one that this warehouse was filled from, or it no longer reaches"
                            + " back. Remedy: start again from a snapshot, see docs/operations.md");
        }
    }

    static boolean isNext(Cut cut, long previous) {
        boolean beginsAnew = previous == 0 && cut.kind() == Cut.Kind.SNAPSHOT_STARTED;
        return cut.number() == previous + 1 || beginsAnew;
    }

    /**
     * Sets the read position back to the beginning of the log, so that every event comes again. Where the log no longer
     * holds its beginning the position stays.
     */
    public void rewindToBeginning() {
        follower.seek(0);
        List<PositionedCut> first = follower.poll(WAIT_FOR_FIRST, 1, settings.maxRows());
        if (!first.isEmpty() && isNext(first.get(0).cut(), 0)) {
            writer.rewind(0, 0);
        } else {
            LOG.warn("replay refused: the log no longer holds its beginning topic={}", topics.progress());
        }
        follower.seek(writer.progress().logOffset());
    }

    /** How far the warehouse is. */
    public Progress progress() {
        return writer.progress();
    }

    /** Ends a waiting {@link #runOnce} with {@link ReadInterruptedException}; thread-safe. */
    public void wakeup() {
        follower.wakeup();
        reader.wakeup();
        resumption.wakeup();
        retries.wakeup();
        purge.wakeup();
    }

    @Override
    public void close() {
        try (writer;
                follower;
                reader;
                resumption;
                retries;
                purge) {
            // each is closed, whatever the others do
        }
    }
}
