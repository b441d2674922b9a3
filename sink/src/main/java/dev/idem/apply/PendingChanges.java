package dev.idem.apply;

import dev.idem.apply.TableWriter.Conflicts;
import dev.idem.change.Change;
import dev.idem.change.Cut;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.change.Version;
import dev.idem.error.PipelineException;
import dev.idem.reduce.TableBatch;
import dev.idem.sql.UpsertSql.Guard;
import dev.idem.target.ReplicatedTable;
import dev.idem.target.TargetTables;
import dev.idem.warehouse.WarehouseFailure;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The changes that one transaction of the warehouse takes in: reduced by table and key, and written table by table as
 * soon as they are enough, or where the table's definition changes.
 *
 * <p>All writing happens in the caller's transaction. After a rollback {@link #clear} and {@link #load} must be called.
 *
 * <p><i>Threads:</i> one thread.
 *
 * <p><i>Fails:</i> with a {@link TableFailedException} where the others can go on without the table, else with a
 * {@link PipelineException}.
 */
final class PendingChanges {

    private final Handle handle;
    private final TargetTables targets;
    private final ApplySettings settings;
    private final RereadRows rereads;
    private final FiringTriggers triggers;
    private final Set<TableId> apart = new HashSet<>();
    private final Map<TableId, TableBatch> batches = new LinkedHashMap<>();
    private final Map<TableId, TableCount> counts = new LinkedHashMap<>();
    private @Nullable Version applied;
    private final Map<TableId, Version> writtenUpTo = new HashMap<>();
    private @Nullable Version inHand;
    private boolean readAnew;
    private long rows;
    private long characters;

    PendingChanges(Handle handle, String pipeline, TargetTables targets, ApplySettings settings) {
        this.handle = handle;
        this.targets = targets;
        this.settings = settings;
        this.rereads = new RereadRows(pipeline);
        this.triggers = FiringTriggers.of(handle);
    }

    /** Reads what the warehouse holds, in place of what is remembered. */
    void load() {
        rereads.load(handle);
    }

    /**
     * Begins a transaction.
     *
     * @param applied what is newer than this version was never applied; null where anything may have been, as in a
     *     replay
     */
    void begin(@Nullable Version applied) {
        this.applied = applied;
        counts.clear();
        writtenUpTo.clear();
        inHand = null;
        readAnew = false;
    }

    /**
     * The cut whose events come next.
     *
     * <p>Rows that were read anew may be older than what the warehouse holds, and their floor takes out what a key
     * change before them has yet to look up. So they are written apart from the stream's changes before and behind
     * them.
     */
    void startCut(Cut cut) {
        boolean readsAnew = cut.kind() == Cut.Kind.STREAM
                && cut.transactions() == 0
                && (cut.events() > 0 || !cut.tables().isEmpty());
        if (readsAnew || readAnew) {
            flush();
        }
        readAnew = readsAnew;
        inHand = cut.kind() == Cut.Kind.STREAM ? cut.highestVersion() : null;
    }

    /** Until {@link #committed} the table's rows are taken out before they are written, so that values can swap. */
    void writeApart(TableId table) {
        apart.add(table);
    }

    /** Takes in a change; what is at hand is written first where that is enough. */
    void add(TableDefinition definition, Change change) {
        if (targets.isNew(definition)) {
            flush();
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
        noteReread(table.definition().table(), change.version());
        rows++;
        characters += adapted.characters();
    }

    private boolean isFull() {
        return rows >= settings.maxRows() || characters >= settings.maxCharacters();
    }

    /** The two halves of a key change are written together: the second may need values that the first deletes. */
    static boolean completesKeyChange(Change change) {
        return change instanceof Change.Upsert upsert && upsert.movedFrom().isPresent();
    }

    /** What comes in a cut of a re-read, or lies above its cut, was read anew. */
    private void noteReread(TableId table, Version version) {
        Version cut = inHand;
        if (cut != null && (readAnew || version.isAfter(cut))) {
            rereads.note(table, version, cut);
        }
    }

    /** A person let the table go on without what it missed, and rows of a re-read may be among that. */
    void noteUnread(TableId table, Version upTo) {
        ReplicatedTable known = targets.find(table);
        if (known != null) {
            rereads.note(table, upTo, upTo);
            rereads.store(handle, known);
        }
    }

    /** Behind the stream's changes above this version no row of a re-read that was applied lies in the log. */
    Version rereadsLieBelow(TableId table) {
        return rereads.behind(table);
    }

    /** A definition that holds from here on, whether or not a change names it. */
    void define(TableDefinition definition) {
        if (targets.isNew(definition)) {
            flush();
        }
        follow(definition);
    }

    /** The end of a snapshot of the table: what it did not contain, below {@code floor}, does not exist. */
    void completeSnapshot(TableDefinition definition, Version floor) {
        if (targets.isNew(definition)) {
            flush();
        }
        ReplicatedTable table = follow(definition);
        batch(table).raiseFloor(floor);
        noteReread(table.definition().table(), floor);
    }

    private ReplicatedTable follow(TableDefinition definition) {
        ReplicatedTable known = targets.find(definition);
        return known != null && !definition.isYoungerThan(known.definition())
                ? known
                : ofTable(definition.table(), "preparing table " + definition.table(), () -> {
                    ReplicatedTable followed = targets.follow(handle, definition);
                    rereads.load(handle);
                    return followed;
                });
    }

    private TableBatch batch(ReplicatedTable table) {
        return batches.computeIfAbsent(
                table.definition().table(), id -> new TableBatch(table.definition(), table.floor()));
    }

    /** Writes everything that is at hand. */
    void flush() {
        batches.values().forEach(this::write);
        clear();
    }

    private void write(TableBatch batch) {
        TableId id = batch.definition().table();
        ReplicatedTable table = Objects.requireNonNull(targets.find(id));
        Guard guard = guard(id, batch);
        Conflicts conflicts = apart.contains(id) ? Conflicts.TAKE_OUT_FIRST : Conflicts.NONE_EXPECTED;
        TableCount count = ofTable(id, "writing table " + table.target(), () -> {
            triggers.warn(handle, table.target());
            rereads.store(handle, table);
            Version floor = batch.floor();
            if (floor != null) {
                targets.raiseFloor(handle, table, floor);
            }
            return new TableWriter(handle, table.target(), guard, conflicts).write(batch);
        });
        counts.merge(id, count, TableCount::plus);
        Version highest = batch.highest();
        if (highest != null) {
            writtenUpTo.merge(id, highest, (was, now) -> now.isAfter(was) ? now : was);
        }
    }

    /** Only what is newer than everything that was written of the table needs no look at what else came. */
    private Guard guard(TableId table, TableBatch batch) {
        Version before = applied;
        Version written = writtenUpTo.get(table);
        boolean fresh = before != null
                && batch.isNewerThan(before)
                && batch.isNewerThan(rereads.aheadOf(table))
                && (written == null || batch.isNewerThan(written));
        return fresh ? Guard.FRESH : Guard.REPLAYED;
    }

    /** Fails as {@link WarehouseFailure#call}, but by the table's name where it concerns that table alone. */
    private <T> T ofTable(TableId table, String what, Supplier<T> action) {
        try {
            return WarehouseFailure.call(what, action);
        } catch (PipelineException e) {
            boolean mayBeSwap = WarehouseFailure.isUniqueViolation(e) && !apart.contains(table);
            if (mayBeSwap || WarehouseFailure.concernsTable(e)) {
                throw new TableFailedException(table, e);
            }
            throw e;
        }
    }

    /** What changed since {@link #begin}, by table. */
    Map<TableId, TableCount> counts() {
        return Map.copyOf(counts);
    }

    /** Forgets what is at hand. */
    void clear() {
        batches.clear();
        rows = 0;
        characters = 0;
    }

    /** The transaction was committed. */
    void committed() {
        apart.clear();
    }
}
