package dev.idem.apply;

import dev.idem.change.Change;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

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

    private static final int MANY = 20;

    private final Handle handle;
    private final ProgressTable progressTable;
    private final DeadLetters deadLetters;
    private final TargetTables targets;
    private final ApplySettings settings;
    private final Map<TableId, TableBatch> batches = new LinkedHashMap<>();
    private final Map<TableId, TableCount> counts = new LinkedHashMap<>();
    private final List<LogEvent> held = new ArrayList<>();
    private Progress progress;
    private long events;
    private long refused;
    private String lastRefusal = "";
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
        targets.load(handle);
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
                () -> handle.inTransaction(same -> progressTable.rewind(same, progress, logOffset, cut)));
    }

    /** Begins the transaction. */
    public void begin() {
        call("beginning a transaction", handle::begin);
        counts.clear();
        events = 0;
        refused = 0;
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
        buffered++;
        bufferedCharacters += adapted.characters();
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
        } catch (PipelineException e) {
            if (e.response() != ErrorKind.Response.PARK) {
                throw e;
            }
            refused += together.size();
            setAside(together, String.valueOf(e.getMessage()));
        }
    }

    /**
     * Ends the careful way through a cut.
     *
     * @throws PipelineException {@link ErrorKind#WAREHOUSE_UNFIT} where every one of many events was refused: that is
     *     no matter of rows, and nothing may be set aside
     */
    public void requireSomeAccepted() {
        endCarefully();
        if (refused >= MANY && refused == events) {
            throw new PipelineException(
                    ErrorKind.WAREHOUSE_UNFIT,
                    "the warehouse refuses every one of " + refused + " events (expected: a few at the most), the last"
                            + " with: " + lastRefusal + ". Nothing is set aside; it is tried again");
        }
    }

    private void setAside(List<LogEvent> refused, String reason) {
        lastRefusal = reason;
        batches.clear();
        call("setting an event aside", () -> {
            handle.rollbackToSavepoint("event");
            targets.load(handle);
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
    }

    private ReplicatedTable follow(TableDefinition definition) {
        ReplicatedTable known = targets.find(definition.table());
        return known != null && !targets.isNew(definition)
                ? known
                : call("preparing table " + definition.table(), () -> targets.follow(handle, definition));
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
        Guard guard = batch.isNewerThan(progress.highestApplied()) ? Guard.FRESH : Guard.REPLAYED;
        TableCount count = call("writing table " + table.target(), () -> {
            Version floor = batch.floor();
            if (floor != null) {
                targets.raiseFloor(handle, table, floor);
            }
            return new TableWriter(handle, table.target(), guard).write(batch);
        });
        counts.merge(id, count, TableCount::plus);
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
        return Map.copyOf(counts);
    }

    /** Takes back what was written since {@link #begin}. */
    public void rollback() {
        batches.clear();
        held.clear();
        buffered = 0;
        bufferedCharacters = 0;
        call("rolling back", () -> {
            handle.rollback();
            targets.load(handle);
            return null;
        });
    }

    /** The replicated tables as of the last {@link #begin} or later. */
    public TargetTables targets() {
        return targets;
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
