package dev.idem.apply;

import dev.idem.change.TableId;
import dev.idem.consume.LogEvent;
import dev.idem.control.ReplayCount;
import dev.idem.control.ReplayCursor;
import dev.idem.control.ReplayRecord;
import dev.idem.control.ReplayTable;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.target.ReplicatedTable;
import dev.idem.target.TargetTables;
import dev.idem.warehouse.Sessions;
import dev.idem.warehouse.Warehouse;
import dev.idem.warehouse.WarehouseFailure;
import dev.idem.warehouse.WriterLock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes events into the warehouse once more, beside the sink that goes on writing new ones.
 *
 * <p>Each piece is a transaction of its own under the {@link WriterLock}, so that the stream waits no longer than a
 * piece takes. Every change is guarded as one that may have been applied. Nothing is made and no position of the stream
 * is touched: what the warehouse does not follow is passed over.
 *
 * <p><i>Threads:</i> one thread.
 *
 * <p><i>Fails:</i> with a {@link PipelineException}; the piece in hand is then taken back, and the replay goes on there
 * once it is resumed.
 */
public final class ReplayWriter implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ReplayWriter.class);
    private static final int BUSY_ATTEMPTS = 5;

    /** A session that stops in the middle of a piece holds up the stream no longer than that. */
    private static final String LONGEST_IDLE = "10s";

    private final Handle handle;
    private final String pipeline;
    private final ReplayTable replays;
    private final TargetTables targets;
    private final ParkedTables parked;
    private final PendingChanges pending;
    private final Set<TableId> leftOut = new HashSet<>();

    private ReplayWriter(Warehouse warehouse, Handle handle, String pipeline, ApplySettings settings) {
        this.handle = handle;
        this.pipeline = pipeline;
        this.replays = new ReplayTable(pipeline);
        this.targets = new TargetTables(pipeline, settings.targets(), warehouse::open);
        this.parked = new ParkedTables(pipeline);
        this.pending = new PendingChanges(handle, pipeline, targets, settings);
    }

    /**
     * Opens a session.
     *
     * @throws PipelineException of the warehouse's kinds; {@link ErrorKind#CONTROL_SCHEMA} where no sink of this
     *     version has run yet
     */
    public static ReplayWriter open(Warehouse warehouse, String pipeline, ApplySettings settings) {
        Handle handle = warehouse.open();
        try {
            return WarehouseFailure.call("opening a session for a replay", () -> {
                ReplayTable.require(handle);
                handle.execute("set idle_in_transaction_session_timeout = '" + LONGEST_IDLE + "'");
                return new ReplayWriter(warehouse, handle, pipeline, settings);
            });
        } catch (RuntimeException e) {
            Sessions.endAfter(e, handle);
            throw e;
        }
    }

    /** What there is to write to; empty where the pipeline was never applied here. */
    public Optional<ReplayTarget> target() {
        return WarehouseFailure.call(
                "reading what the warehouse follows", () -> ReplayTarget.read(handle, pipeline, targets, parked));
    }

    /** The replays that are not at their end, without those that only count what would change. */
    public List<ReplayRecord> unfinished() {
        return WarehouseFailure.call("reading idem.replay", () -> replays.applying(handle));
    }

    /** One replay. */
    public Optional<ReplayRecord> find(long id) {
        return WarehouseFailure.call("reading idem.replay", () -> replays.find(handle, id));
    }

    /**
     * Notes a new replay and becomes the one who works on it.
     *
     * @throws PipelineException where one of its tables is in a replay that is not at its end
     */
    public ReplayRecord register(ReplayRecord replay) {
        return inPiece("beginning a replay", () -> {
            replays.obstacle(handle, replay.tables().keySet()).ifPresent(obstacle -> {
                throw inReplay(obstacle);
            });
            long id = replays.insert(handle, replay);
            ReplayTable.claim(handle, id);
            return replays.find(handle, id).orElseThrow();
        });
    }

    private static PipelineException inReplay(String obstacle) {
        return new PipelineException(ErrorKind.WAREHOUSE_BUSY, obstacle);
    }

    /**
     * Becomes the one who works on a replay that is not at its end.
     *
     * @return how far it is by now
     * @throws PipelineException where somebody else does
     */
    public ReplayRecord resume(ReplayRecord replay) {
        ReplayRecord claimed = WarehouseFailure.call("resuming a replay", () -> {
            if (!ReplayTable.claim(handle, replay.id())) {
                throw inReplay(ReplayTable.inReplay(
                        replay, new TreeSet<>(replay.tables().keySet()), false));
            }
            return replays.find(handle, replay.id()).orElse(replay);
        });
        claimed.tables().forEach((table, count) -> {
            if (count.leftOut() != null) {
                leftOut.add(table);
            }
        });
        return claimed;
    }

    /** Gives up a replay, whoever works on it; false where it was at its end. */
    public boolean cancel(long id) {
        return inPiece("giving up a replay", () -> replays.end(handle, id, ReplayRecord.State.CANCELLED));
    }

    /** The replay is at its end; false where it was given up before. */
    public boolean finish(long id) {
        return inPiece("ending a replay", () -> replays.end(handle, id, ReplayRecord.State.DONE));
    }

    /**
     * Applies a piece and moves the replay behind it, in one transaction.
     *
     * @return what came of it; empty where the replay was given up, and then nothing happened
     */
    public Optional<Map<TableId, ReplayCount>> apply(long id, List<LogEvent> events, ReplayCursor next) {
        return piece(events, counts -> note(id, counts, next, events.size()));
    }

    /**
     * Applies a piece and takes it back, then notes what would have come of it and moves the replay behind it.
     *
     * @return what would have come of it; empty where the replay was given up
     */
    public Optional<Map<TableId, ReplayCount>> rehearse(long id, List<LogEvent> events, ReplayCursor next) {
        Map<TableId, ReplayCount> counts = rehearse(events);
        return inPiece("noting a piece of a replay", () -> note(id, counts, next, events.size()))
                ? Optional.of(counts)
                : Optional.empty();
    }

    private boolean note(long id, Map<TableId, ReplayCount> counts, ReplayCursor next, int seen) {
        counts.forEach((table, count) -> replays.add(handle, id, table, count));
        return replays.advance(handle, id, next, seen);
    }

    /** Applies a piece and takes it back; what would have come of it. */
    public Map<TableId, ReplayCount> rehearse(List<LogEvent> events) {
        Map<TableId, ReplayCount> rehearsed = new HashMap<>();
        piece(events, counts -> {
            rehearsed.putAll(counts);
            return false;
        });
        return rehearsed;
    }

    /** What is done with the counts of a piece before it is committed; false takes it back. */
    private interface Ending {
        boolean isToBeCommitted(Map<TableId, ReplayCount> counts);
    }

    private Optional<Map<TableId, ReplayCount>> piece(List<LogEvent> events, Ending ending) {
        Map<TableId, ReplayCount> told = new HashMap<>();
        for (int attempt = 1; true; attempt++) {
            try {
                return inPiece("applying a piece of a replay", () -> {
                    Map<TableId, ReplayCount> counts = new HashMap<>(told);
                    write(events).forEach((table, count) -> counts.merge(table, count, ReplayCount::plus));
                    return ending.isToBeCommitted(counts) ? Optional.of(counts) : rolledBack();
                });
            } catch (TableFailedException e) {
                if (!WarehouseFailure.isLockTimeout(e.failure()) || attempt >= BUSY_ATTEMPTS) {
                    answer(e, told);
                }
            } catch (PipelineException e) {
                if (e.kind() != ErrorKind.WAREHOUSE_BUSY || attempt >= BUSY_ATTEMPTS) {
                    throw e;
                }
                LOG.warn("a piece of the replay is tried again reason=\"{}\"", e.getMessage());
            }
        }
    }

    private Optional<Map<TableId, ReplayCount>> rolledBack() {
        handle.rollback();
        return Optional.empty();
    }

    /** Values of unique constraints may move between rows; what else a table fails by leaves it out. */
    private void answer(TableFailedException failed, Map<TableId, ReplayCount> told) {
        if (WarehouseFailure.isUniqueViolation(failed.failure())) {
            pending.writeApart(failed.table());
            return;
        }
        leftOut.add(failed.table());
        told.put(failed.table(), new ReplayCount(0, 0, 0, String.valueOf(failed.getMessage())));
        LOG.warn("table is left out of the replay table={} reason=\"{}\"", failed.table(), failed.getMessage());
    }

    /** A transaction under the lock, of which nothing is left where the action fails. */
    private <T> T inPiece(String what, Supplier<T> action) {
        try {
            T result = WarehouseFailure.call(what, () -> {
                handle.begin();
                WriterLock.take(handle, pipeline);
                targets.load(handle);
                T found = action.get();
                if (handle.isInTransaction()) {
                    handle.commit();
                }
                return found;
            });
            pending.committed();
            return result;
        } catch (RuntimeException e) {
            Sessions.rollBackAfter(e, handle);
            throw e;
        } finally {
            pending.clear();
        }
    }

    private Map<TableId, ReplayCount> write(List<LogEvent> events) {
        Map<TableId, ReplayCount> counts = new HashMap<>();
        List<LogEvent.Decoded> written = new ArrayList<>();
        for (LogEvent event : events) {
            if (event instanceof LogEvent.Decoded decoded) {
                counts.merge(decoded.definition().table(), new ReplayCount(1, 0, 0, null), ReplayCount::plus);
                if (isWritten(decoded)) {
                    written.add(decoded);
                }
            }
        }
        new ReplayedEvents(handle, pending, () -> targets.load(handle))
                .write(written)
                .forEach((table, count) -> counts.merge(table, count, ReplayCount::plus));
        return counts;
    }

    /** What the warehouse does not follow, or not yet, is no matter of a replay. */
    private boolean isWritten(LogEvent.Decoded event) {
        ReplicatedTable table = targets.find(event.definition());
        return table != null
                && !targets.isNew(event.definition())
                && !leftOut.contains(event.definition().table());
    }

    @Override
    public void close() {
        pending.clear();
        Sessions.end(handle);
    }
}
