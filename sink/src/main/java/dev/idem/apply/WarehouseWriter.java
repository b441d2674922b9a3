package dev.idem.apply;

import dev.idem.apply.TableWriter.Conflicts;
import dev.idem.change.Change;
import dev.idem.change.Cut;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.change.Version;
import dev.idem.consume.LogEvent;
import dev.idem.consume.PositionedCut;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.reduce.TableBatch;
import dev.idem.sql.UpsertSql.Guard;
import dev.idem.target.ReplicatedTable;
import dev.idem.target.TargetTables;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
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
    private static final int MANY = 20;

    private final Handle handle;
    private final ProgressTable progressTable;
    private final DeadLetters deadLetters;
    private final TargetTables targets;
    private final ApplySettings settings;
    private final ParkedTables parked;
    private final RowsAhead ahead;
    private final FiringTriggers triggers;
    private final Set<TableId> apart = new HashSet<>();
    private final Map<TableId, long[]> careful = new HashMap<>();
    private final Map<TableId, TableBatch> batches = new LinkedHashMap<>();
    private final Map<TableId, TableCount> counts = new LinkedHashMap<>();
    private final List<LogEvent> held = new ArrayList<>();
    private Progress progress;
    private long events;
    private String lastRefusal = "";
    private @Nullable TableId resuming;
    private @Nullable Version inHand;
    private long buffered;
    private long bufferedCharacters;

    private WarehouseWriter(
            Warehouse warehouse, Handle handle, String pipeline, ApplySettings settings, Progress progress) {
        this.handle = handle;
        this.progressTable = new ProgressTable(pipeline);
        this.deadLetters = new DeadLetters(pipeline);
        this.targets = new TargetTables(pipeline, warehouse::open);
        this.settings = settings;
        this.progress = progress;
        this.parked = new ParkedTables(pipeline);
        this.ahead = new RowsAhead(pipeline);
        this.triggers = FiringTriggers.of(handle);
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
            return call("taking over as the writer", () -> {
                Progress progress = new ProgressTable(pipeline).takeOver(handle, claim, warehouse.applicationName());
                return new WarehouseWriter(warehouse, handle, pipeline, settings, progress);
            });
        } catch (PipelineException e) {
            handle.close();
            throw e;
        }
    }

    /** The position as of the last commit. */
    public Progress progress() {
        return progress;
    }

    /**
     * Sets the read position back and commits that; the next cuts come again and change nothing.
     *
     * @param logOffset the offset of the next record of the topic of the cuts
     * @param cut the number of the cut before it; 0 where that is the beginning
     */
    public void rewind(long logOffset, long cut) {
        progress = call(
                "setting the read position back",
                () -> handle.inTransaction(same -> {
                    parked.rewind(same, cut, logOffset);
                    return progressTable.rewind(same, progress, logOffset, cut);
                }));
    }

    /** Begins the transaction. */
    public void begin() {
        call("beginning a transaction", handle::begin);
        counts.clear();
        events = 0;
        careful.clear();
        resuming = null;
        inHand = null;
    }

    private void load() {
        targets.load(handle);
        parked.load(handle);
        ahead.load(handle);
    }

    /** The cut whose events come next. */
    public void startCut(Cut cut) {
        inHand = cut.kind() == Cut.Kind.STREAM ? cut.highestVersion() : null;
    }

    /** Begins a transaction that applies what one parked table missed. */
    void beginResuming(TableId table) {
        begin();
        resuming = table;
    }

    /** True where what comes of the table is not applied in this transaction. */
    boolean leavesOut(TableId table) {
        return resuming == null ? parked.contains(table) : !table.equals(resuming);
    }

    boolean hasParked() {
        return !parked.isEmpty();
    }

    /** The parked table that is to be tried now. */
    Optional<ParkedTable> dueParked() {
        return call("looking for parked tables", () -> parked.due(handle));
    }

    /** Parks the table where the position is now, or notes that it was tried in vain, and commits that. */
    void park(TableId table, String reason) {
        call("parking table " + table, () -> {
            handle.useTransaction(same -> {
                progressTable.requireWriter(same, progress);
                parked.park(same, table, progress, reason);
            });
            return null;
        });
        LOG.error(
                "table parked table={} cut={} reason=\"{}\" remedy=\"mend it; it is tried again by itself, or at once by"
                        + " ./idem resume\"",
                table,
                progress.cut(),
                reason);
    }

    /** From here to the next commit the table's rows are taken out before they are written, so that values can swap. */
    void writeApart(TableId table) {
        apart.add(table);
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
        call("moving the position of table " + table, () -> {
            progressTable.requireWriter(handle, progress);
            if (follows) {
                parked.remove(handle, table);
            } else if (last != null) {
                parked.advance(handle, table, last.cut().number(), last.nextOffset());
            }
            handle.commit();
            return null;
        });
        deadLetters.committed();
        apart.clear();
        resuming = null;
        return follows;
    }

    /** Takes in the next event; writes what is at hand where that has become enough. */
    public void add(LogEvent event) {
        events++;
        if (event instanceof LogEvent.Malformed malformed) {
            call("setting an event aside", () -> {
                deadLetters.add(handle, malformed.coordinates(), null, null, malformed.reason());
                return null;
            });
            return;
        }
        LogEvent.Decoded decoded = (LogEvent.Decoded) event;
        take(decoded.definition(), decoded.change());
    }

    private void take(TableDefinition definition, Change change) {
        if (leavesOut(definition.table())) {
            return;
        }
        if (targets.isNew(definition)) {
            flush(definition.table());
        }
        if (isFull() && !completesKeyChange(change)) {
            flush();
        }
        ReplicatedTable table = follow(definition);
        if (targets.isSuperseded(definition, table)) {
            return;
        }
        Change adapted = targets.adapt(change, definition, table);
        batch(table).add(adapted);
        noteAhead(definition.table(), change.version());
        buffered++;
        bufferedCharacters += adapted.characters();
    }

    /** What lies above the cut in which it comes was read anew, ahead of changes that are still to come. */
    private void noteAhead(TableId table, Version version) {
        if (inHand != null && version.isAfter(inHand)) {
            ahead.note(table, version);
        }
    }

    private boolean isFull() {
        return buffered >= settings.maxRows() || bufferedCharacters >= settings.maxCharacters();
    }

    /** The two halves of a key change are written together: the second may need values that the first deletes. */
    private static boolean completesKeyChange(Change change) {
        return change instanceof Change.Upsert upsert && upsert.movedFrom().isPresent();
    }

    /**
     * Applies one event by itself, or the two halves of a key change together; where the warehouse refuses a row, the
     * events are set aside and the rest goes on. {@link #requireSomeAccepted} applies the last one.
     */
    public void addCarefully(LogEvent event) {
        boolean second = event instanceof LogEvent.Decoded decoded && completesKeyChange(decoded.change());
        if (!second) {
            endCarefully();
        }
        held.add(event);
    }

    /** Applies what {@link #addCarefully} still holds back. */
    private void endCarefully() {
        List<LogEvent> together = List.copyOf(held);
        held.clear();
        if (together.isEmpty()) {
            return;
        }
        call("setting a savepoint", () -> handle.savepoint("event"));
        try {
            together.forEach(this::add);
            flush();
            call("releasing a savepoint", () -> handle.releaseSavepoint("event"));
            count(together, 0);
        } catch (TableFailedException e) {
            if (settings.onTableFailure() != OnTableFailure.DEAD_LETTER
                    || WarehouseFailure.isUniqueViolation(e.failure())) {
                throw e;
            }
            setAside(together, String.valueOf(e.getMessage()));
        } catch (PipelineException e) {
            if (e.response() != ErrorKind.Response.PARK) {
                throw e;
            }
            setAside(together, String.valueOf(e.getMessage()));
            count(together, together.size());
        }
    }

    private void count(List<LogEvent> together, int refused) {
        if (together.get(0) instanceof LogEvent.Decoded decoded
                && !leavesOut(decoded.definition().table())) {
            long[] counts = careful.computeIfAbsent(decoded.definition().table(), table -> new long[2]);
            counts[0] += together.size();
            counts[1] += refused;
        }
    }

    /**
     * Ends the careful way through a cut.
     *
     * @throws TableFailedException where every one of many events of a table was refused: that is no matter of rows
     */
    void requireSomeAccepted() {
        endCarefully();
        if (settings.onTableFailure() == OnTableFailure.DEAD_LETTER) {
            return;
        }
        careful.forEach((table, counts) -> {
            if (counts[1] >= MANY && counts[1] == counts[0]) {
                throw new TableFailedException(
                        table,
                        new PipelineException(
                                ErrorKind.WAREHOUSE_UNFIT,
                                "table " + table + ": the warehouse refuses every one of " + counts[0]
                                        + " events (expected: a few at the most), the last with: " + lastRefusal
                                        + ". None is set aside"));
            }
        });
    }

    private void setAside(List<LogEvent> refused, String reason) {
        lastRefusal = reason;
        batches.clear();
        call("setting an event aside", () -> {
            handle.rollbackToSavepoint("event");
            load();
            return null;
        });
        for (LogEvent event : refused) {
            if (event instanceof LogEvent.Decoded decoded) {
                call("setting an event aside", () -> {
                    deadLetters.add(
                            handle,
                            decoded.coordinates(),
                            decoded.definition().table(),
                            decoded.change().version().toString(),
                            reason);
                    return null;
                });
            }
        }
    }

    /** A definition that holds from here on, whether or not an event names it. */
    public void define(TableDefinition definition) {
        if (leavesOut(definition.table())) {
            return;
        }
        if (targets.isNew(definition)) {
            flush(definition.table());
        }
        follow(definition);
    }

    /**
     * The end of a snapshot of the table: what it did not contain does not exist.
     *
     * @param floor the version of the snapshot's rows
     */
    public void completeSnapshot(TableDefinition definition, Version floor) {
        ReplicatedTable table = follow(definition);
        batch(table).raiseFloor(floor);
        noteAhead(definition.table(), floor);
    }

    private ReplicatedTable follow(TableDefinition definition) {
        ReplicatedTable known = targets.find(definition.table());
        return known != null && !targets.isNew(definition)
                ? known
                : call(
                        definition.table(),
                        "preparing table " + definition.table(),
                        () -> targets.follow(handle, definition));
    }

    private TableBatch batch(ReplicatedTable table) {
        return batches.computeIfAbsent(
                table.definition().table(), id -> new TableBatch(table.definition(), table.floor()));
    }

    private void flush() {
        batches.values().forEach(this::write);
        batches.clear();
        buffered = 0;
        bufferedCharacters = 0;
    }

    private void flush(TableId table) {
        TableBatch batch = batches.remove(table);
        if (batch != null) {
            write(batch);
        }
    }

    private void write(TableBatch batch) {
        TableId id = batch.definition().table();
        ReplicatedTable table = Objects.requireNonNull(targets.find(id));
        Guard guard = guard(id, batch);
        Conflicts conflicts = apart.contains(id) ? Conflicts.TAKE_OUT_FIRST : Conflicts.NONE_EXPECTED;
        TableCount count = call(id, "writing table " + table.target(), () -> {
            triggers.warn(handle, table.target());
            ahead.store(handle, table);
            Version floor = batch.floor();
            if (floor != null) {
                targets.raiseFloor(handle, table, floor);
            }
            return new TableWriter(handle, table.target(), guard, conflicts).write(batch);
        });
        counts.merge(id, count, TableCount::plus);
    }

    /** Only what is newer than everything that was written of the table needs no look at what else came. */
    private Guard guard(TableId table, TableBatch batch) {
        boolean fresh =
                resuming == null && batch.isNewerThan(progress.highestApplied()) && batch.isNewerThan(ahead.of(table));
        return fresh ? Guard.FRESH : Guard.REPLAYED;
    }

    /**
     * Writes what is left, moves the position over {@code last} and commits.
     *
     * @return what changed, by table
     */
    public Map<TableId, TableCount> commit(PositionedCut last) {
        flush();
        Progress next = call("moving the position", () -> progressTable.advance(handle, progress, last, events));
        call("committing", handle::commit);
        progress = next;
        deadLetters.committed();
        apart.clear();
        return Map.copyOf(counts);
    }

    /** Takes back what was written since {@link #begin}. */
    public void rollback() {
        batches.clear();
        held.clear();
        deadLetters.rolledBack();
        buffered = 0;
        bufferedCharacters = 0;
        call("rolling back", () -> {
            handle.rollback();
            resuming = null;
            load();
            return null;
        });
    }

    /** The replicated tables as of the last {@link #begin} or later. */
    public TargetTables targets() {
        return targets;
    }

    /** As {@link #call(String, Supplier)}, for what concerns one table: the others can go on without it. */
    private <T extends @Nullable Object> T call(TableId table, String what, Supplier<T> action) {
        try {
            return call(what, action);
        } catch (PipelineException e) {
            boolean mayBeSwap = WarehouseFailure.isUniqueViolation(e) && !apart.contains(table);
            if (mayBeSwap || WarehouseFailure.concernsTable(e)) {
                throw new TableFailedException(table, e);
            }
            throw e;
        }
    }

    private static <T extends @Nullable Object> T call(String what, Supplier<T> action) {
        try {
            return action.get();
        } catch (JdbiException e) {
            throw WarehouseFailure.of(what, e);
        }
    }

    @Override
    public void close() {
        batches.clear();
        try (handle) {
            if (handle.isInTransaction()) {
                handle.rollback();
            }
        } catch (JdbiException e) {
            throw WarehouseFailure.of("closing the connection", e);
        }
    }
}
