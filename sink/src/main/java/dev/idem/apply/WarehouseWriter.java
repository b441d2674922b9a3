package dev.idem.apply;

import dev.idem.change.Cut;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.change.Version;
import dev.idem.consume.LogEvent;
import dev.idem.consume.PositionedCut;
import dev.idem.control.DeadLetter;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.target.ReplicatedTable;
import dev.idem.target.TargetTables;
import dev.idem.warehouse.Progress;
import dev.idem.warehouse.ProgressTable;
import dev.idem.warehouse.Sessions;
import dev.idem.warehouse.Warehouse;
import dev.idem.warehouse.WarehouseFailure;
import dev.idem.warehouse.WriterClaim;
import dev.idem.warehouse.WriterLock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes cuts into the warehouse: events are taken in one by one, reduced, and written table by table; the position
 * moves in the same transaction.
 *
 * <p>Between {@link #begin} and {@link #commit} the warehouse's readers see nothing. A transaction of the source that
 * is too large for memory is written in pieces within the one transaction of the warehouse.
 *
 * <p><i>Threads:</i> one thread.
 *
 * <p><i>Fails:</i> with a {@link PipelineException}; the transaction is then rolled back by {@link #rollback} or by
 * closing, and nothing has happened, except where the answer to the commit itself was lost: whether it happened is told
 * by {@code idem.progress} to the next writer.
 */
public final class WarehouseWriter implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WarehouseWriter.class);

    private final Handle handle;
    private final String pipeline;
    private final ProgressTable progressTable;
    private final DeadLetters deadLetters;
    private final TargetTables targets;
    private final ParkedTables parked;
    private final PendingChanges pending;
    private final EventByEvent eventByEvent;
    private Progress progress;
    private long events;
    private @Nullable TableId resuming;

    private WarehouseWriter(
            Warehouse warehouse, Handle handle, String pipeline, ApplySettings settings, Progress progress) {
        this.handle = handle;
        this.pipeline = pipeline;
        this.progress = progress;
        this.progressTable = new ProgressTable(pipeline);
        this.deadLetters = new DeadLetters(pipeline);
        this.targets = new TargetTables(pipeline, settings.targets(), warehouse::open);
        this.parked = new ParkedTables(pipeline);
        this.pending = new PendingChanges(handle, pipeline, targets, settings);
        this.eventByEvent = new EventByEvent(handle, this, deadLetters, settings.onTableFailure());
        load();
    }

    /**
     * Becomes the pipeline's writer; older writers are fenced off.
     *
     * @throws PipelineException of the warehouse's kinds; {@link ErrorKind#FENCED} where the claim is void
     */
    public static WarehouseWriter takeOver(
            Warehouse warehouse, String pipeline, ApplySettings settings, WriterClaim claim) {
        Handle handle = warehouse.open();
        try {
            return WarehouseFailure.call("taking over as the writer", () -> {
                Progress progress = new ProgressTable(pipeline).takeOver(handle, claim, warehouse.applicationName());
                WarehouseWriter writer = new WarehouseWriter(warehouse, handle, pipeline, settings, progress);
                writer.followMapping();
                return writer;
            });
        } catch (PipelineException e) {
            Sessions.endAfter(e, handle);
            throw e;
        }
    }

    private void followMapping() {
        handle.useTransaction(same -> {
            progressTable.requireWriter(same, progress);
            targets.followMapping(same);
            RereadRows.takeOver(same, pipeline);
            pending.load();
        });
    }

    private void load() {
        targets.load(handle);
        parked.load(handle);
        pending.load();
    }

    /** The position as of the last commit. */
    public Progress progress() {
        return progress;
    }

    /** Whether everything applied was committed at the source before that time; false where that is not known. */
    boolean isBehind(Instant time) {
        return WarehouseFailure.call("reading the position", () -> progressTable.isBehind(handle, time));
    }

    /** The replicated tables as of the last {@link #begin} or later. */
    public TargetTables targets() {
        return targets;
    }

    /**
     * Sets the read position back and commits that; the next cuts come again and change nothing.
     *
     * @param logOffset the offset of the next record of the topic of the cuts
     * @param cut the number of the cut before it; 0 where that is the beginning
     */
    public void rewind(long logOffset, long cut) {
        progress = WarehouseFailure.call(
                "setting the read position back",
                () -> handle.inTransaction(same -> {
                    parked.rewind(same, cut, logOffset);
                    return progressTable.rewind(same, progress, logOffset, cut);
                }));
    }

    /** Does something besides applying changes, in a transaction of its own, under the lock and as the writer. */
    <T> T aside(String what, Function<Handle, T> action) {
        return WarehouseFailure.call(
                what,
                () -> handle.inTransaction(same -> {
                    WriterLock.take(same, pipeline);
                    progressTable.requireWriter(same, progress);
                    return action.apply(same);
                }));
    }

    /** Behind the stream's changes above this version no row of a re-read that was applied lies in the log. */
    Version rereadsLieBelow(TableId table) {
        return pending.rereadsLieBelow(table);
    }

    /** Begins the transaction. */
    public void begin() {
        begin(progress.highestApplied());
    }

    /** Begins a transaction that applies what one parked table missed. */
    void beginResuming(TableId table) {
        begin(null);
        resuming = table;
    }

    /** Begins a transaction that applies dead letters. */
    void beginRetrying() {
        begin(null);
    }

    private void begin(@Nullable Version applied) {
        WarehouseFailure.call("beginning a transaction", () -> {
            handle.begin();
            WriterLock.take(handle, pipeline);
            return true;
        });
        resuming = null;
        events = 0;
        pending.begin(applied);
        eventByEvent.begin();
    }

    /** The cut whose events come next. */
    public void startCut(Cut cut) {
        pending.startCut(cut);
    }

    /** Takes in the next event; writes what is at hand where that has become enough. */
    public void add(LogEvent event) {
        events++;
        if (event instanceof LogEvent.Decoded decoded) {
            if (!leavesOut(decoded.definition())) {
                pending.add(decoded.definition(), decoded.change());
            }
        } else if (event instanceof LogEvent.TooLarge large) {
            WarehouseFailure.call("setting an event aside", () -> {
                deadLetters.add(
                        handle,
                        large.coordinates(),
                        large.definition().table(),
                        large.version().toString(),
                        large.reason());
                return true;
            });
        } else if (event instanceof LogEvent.Malformed malformed) {
            WarehouseFailure.call("setting an event aside", () -> {
                deadLetters.add(handle, malformed.coordinates(), null, null, malformed.reason());
                return true;
            });
        }
    }

    /**
     * Applies one event by itself, or the two halves of a key change together; where the warehouse refuses a row, the
     * events are set aside and the rest goes on. {@link #requireSomeAccepted} applies the last one.
     */
    public void addCarefully(LogEvent event) {
        eventByEvent.add(event);
    }

    /**
     * Ends the careful way through a cut.
     *
     * @throws TableFailedException where every one of many events of a table was refused: that is no matter of rows
     */
    void requireSomeAccepted() {
        eventByEvent.end();
    }

    /** A definition that holds from here on, whether or not an event names it. */
    public void define(TableDefinition definition) {
        if (!leavesOut(definition)) {
            pending.define(definition);
        }
    }

    /**
     * The end of a snapshot of the table: what it did not contain does not exist.
     *
     * @param floor the version of the snapshot's rows
     */
    public void completeSnapshot(TableDefinition definition, Version floor) {
        pending.completeSnapshot(definition, floor);
    }

    /** From here to the next commit the table's rows are taken out before they are written, so that values can swap. */
    void writeApart(TableId table) {
        pending.writeApart(table);
    }

    /** Writes what is at hand. */
    void flush() {
        pending.flush();
    }

    /** Forgets what is at hand, and reads again what a savepoint has brought back. */
    void reload() {
        pending.clear();
        load();
    }

    /**
     * Writes what is left, moves the position over {@code last} and commits.
     *
     * @return what changed, by table
     */
    public Map<TableId, TableCount> commit(PositionedCut last) {
        flush();
        Progress next = WarehouseFailure.call(
                "moving the position", () -> progressTable.advance(handle, progress, last, events));
        WarehouseFailure.call("committing", () -> handle.commit());
        progress = next;
        committed();
        return pending.counts();
    }

    /**
     * Writes what is left, moves the table's own position over {@code last} and commits.
     *
     * @param last the last cut that was read; null where there was none to read
     * @return true where the table has now all that the others have, and follows again
     */
    boolean commitResuming(TableId table, @Nullable PositionedCut last) {
        flush();
        boolean follows = last == null || last.nextOffset() >= progress.logOffset();
        WarehouseFailure.call("moving the position of table " + table, () -> {
            progressTable.requireWriter(handle, progress);
            if (follows) {
                parked.remove(handle, table);
                if (last == null) {
                    pending.noteUnread(table, progress.highestApplied());
                }
            } else if (last != null) {
                parked.advance(handle, table, last.cut().number(), last.nextOffset());
            }
            return handle.commit();
        });
        committed();
        return follows;
    }

    /** Dead letters that somebody asked to try again. */
    List<DeadLetter> requestedRetries(int most) {
        return WarehouseFailure.call("looking for dead letters", () -> deadLetters.requested(handle, most));
    }

    /**
     * Applies what {@link #addCarefully} still holds back, removes the letters that were not refused again, commits.
     */
    void commitRetried(Collection<DeadLetter> letters) {
        eventByEvent.end();
        flush();
        WarehouseFailure.call("removing dead letters", () -> {
            progressTable.requireWriter(handle, progress);
            deadLetters.removeApplied(handle, letters);
            return handle.commit();
        });
        committed();
    }

    /** Notes that the letters were tried in vain, and commits that. */
    void keep(Collection<DeadLetter> letters, String reason) {
        WarehouseFailure.call(
                "keeping dead letters",
                () -> handle.inTransaction(same -> {
                    deadLetters.keep(same, letters, reason);
                    return true;
                }));
    }

    private void committed() {
        deadLetters.committed();
        pending.committed();
        resuming = null;
    }

    /** Takes back what was written since {@link #begin}; nothing where that is committed. */
    public void rollback() {
        deadLetters.rolledBack();
        resuming = null;
        WarehouseFailure.call("rolling back", () -> {
            if (handle.isInTransaction()) {
                handle.rollback();
            }
            reload();
            return true;
        });
    }

    /** True where what comes of the table is not applied in this transaction. */
    boolean leavesOut(TableId table) {
        return resuming == null ? parked.contains(table) : !table.equals(resuming);
    }

    /**
     * As {@link #leavesOut(TableId)}, for what was made under a definition. What comes again under a name that the
     * table had before waits with the table; it had been applied before the name changed.
     */
    boolean leavesOut(TableDefinition definition) {
        if (leavesOut(definition.table())) {
            return true;
        }
        ReplicatedTable known = resuming == null && !parked.isEmpty() ? targets.find(definition) : null;
        return known != null
                && !definition.isYoungerThan(known.definition())
                && parked.contains(known.definition().table());
    }

    boolean hasParked() {
        return !parked.isEmpty();
    }

    /** The parked table that is to be tried now. */
    Optional<ParkedTable> dueParked() {
        return WarehouseFailure.call("looking for parked tables", () -> parked.due(handle));
    }

    /** Parks the table where the position is now, or notes that it was tried in vain, and commits that. */
    void park(TableId table, String reason) {
        WarehouseFailure.call(
                "parking table " + table,
                () -> handle.inTransaction(same -> {
                    progressTable.requireWriter(same, progress);
                    parked.park(same, table, progress, reason);
                    return true;
                }));
        LOG.error(
                "table parked table={} cut={} reason=\"{}\" remedy=\"mend it; it is tried again by itself, or at once by"
                        + " ./idem resume\"",
                table,
                progress.cut(),
                reason);
    }

    /** What persons have asked for. */
    Orders orders() {
        return WarehouseFailure.call("reading what was asked for", () -> Orders.read(handle, progressTable.pipeline()));
    }

    /** Parks the table where the position is now, until a person lets it go on, and commits that. */
    void hold(TableId table) {
        WarehouseFailure.call(
                "pausing table " + table,
                () -> handle.inTransaction(same -> {
                    progressTable.requireWriter(same, progress);
                    parked.hold(same, table, progress);
                    return true;
                }));
        LOG.info("table paused table={} cut={}", table, progress.cut());
    }

    @Override
    public void close() {
        pending.clear();
        Sessions.end(handle);
    }
}
