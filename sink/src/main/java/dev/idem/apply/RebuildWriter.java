package dev.idem.apply;

import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.change.Version;
import dev.idem.consume.LogCoordinates;
import dev.idem.consume.LogEvent;
import dev.idem.control.RebuildEntry;
import dev.idem.control.RebuildResult;
import dev.idem.control.RebuildTable;
import dev.idem.control.RebuiltTable;
import dev.idem.control.ReplayCount;
import dev.idem.control.ReplayTable;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.sql.RebuildSql;
import dev.idem.target.ReplicatedTable;
import dev.idem.target.ShadowTable;
import dev.idem.target.TargetTables;
import dev.idem.warehouse.Progress;
import dev.idem.warehouse.ProgressTable;
import dev.idem.warehouse.Sessions;
import dev.idem.warehouse.Warehouse;
import dev.idem.warehouse.WarehouseFailure;
import dev.idem.warehouse.WriterLock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/**
 * Derives one table at a time afresh from events: fills a shadow of it, beside the sink that goes on writing the table
 * itself, and brings the table to the shadow's content in one transaction.
 *
 * <p>Only the beginning and that transaction take the {@link WriterLock}: nobody else writes the shadow.
 *
 * <p><i>Threads:</i> one thread.
 *
 * <p><i>Fails:</i> with a {@link PipelineException}; the table is then as it was. What is left of a shadow is dropped
 * when the next rebuild begins.
 */
public final class RebuildWriter implements AutoCloseable {

    /*
     * The shadow has the shape that the table has when the rebuild begins, and every event is brought into it, as in a
     * replay. All that decides about an event (the definitions of all tables, renames, types) is read from what the sink
     * follows; only the place of the one table is another. The shadow's floor begins where the table's is, since what is
     * below a floor does not exist, whenever it comes.
     *
     * What was set aside (idem.dead_letter) is no part of the table, so it is left out of the shadow too, and it must
     * still be set aside when the table takes the shadow's content.
     *
     * A replay of the same table may hold events that the log has lost since, and the deletes that keep them out may be
     * among those that the table remembers and its shadow does not. So neither goes on beside the other.
     */

    /** The last events are read while the stream waits, which it need not do for a process that hangs. */
    private static final String LONGEST_IDLE = "60s";

    private static final String LONGEST_WAIT = "3s";
    private static final String ANOTHER_DEFINITION = "its definition has changed";

    private final Handle handle;
    private final String pipeline;
    private final ReplayTable replays;
    private final TargetTables targets;
    private final ParkedTables parked;
    private final DeadLetters deadLetters;
    private final PendingChanges pending;
    private final Set<LogCoordinates> leftOut = new HashSet<>();
    private @Nullable ReplicatedTable shadow;

    private RebuildWriter(Warehouse warehouse, Handle handle, String pipeline, ApplySettings settings) {
        this.handle = handle;
        this.pipeline = pipeline;
        this.replays = new ReplayTable(pipeline);
        this.targets = new TargetTables(pipeline, settings.targets(), warehouse::open);
        this.parked = new ParkedTables(pipeline);
        this.deadLetters = new DeadLetters(pipeline);
        this.pending = new PendingChanges(handle, pipeline, targets, settings);
    }

    /**
     * Opens a session.
     *
     * @throws PipelineException of the warehouse's kinds; {@link ErrorKind#CONTROL_SCHEMA} where no sink of this
     *     version has run yet; {@link ErrorKind#WAREHOUSE_BUSY} where another rebuild of the pipeline goes on
     */
    public static RebuildWriter open(Warehouse warehouse, String pipeline, ApplySettings settings) {
        Handle handle = warehouse.open();
        try {
            return WarehouseFailure.call("opening a session for a rebuild", () -> {
                ReplayTable.require(handle);
                handle.execute("set idle_in_transaction_session_timeout = '" + LONGEST_IDLE + "'");
                requireOnly(handle, pipeline);
                return new RebuildWriter(warehouse, handle, pipeline, settings);
            });
        } catch (RuntimeException e) {
            Sessions.endAfter(e, handle);
            throw e;
        }
    }

    /** A session that has just ended, or was killed, may hold the lock for a moment more. */
    private static void requireOnly(Handle handle, String pipeline) {
        try {
            handle.useTransaction(same -> {
                same.execute("set local lock_timeout = '" + LONGEST_WAIT + "'");
                same.createQuery("select pg_advisory_lock(hashtextextended('idem rebuild ' || :pipeline, 0)) is null")
                        .bind("pipeline", pipeline)
                        .mapTo(Boolean.class)
                        .one();
            });
        } catch (JdbiException e) {
            PipelineException failure = WarehouseFailure.of("waiting for another rebuild", e);
            if (!WarehouseFailure.isLockTimeout(failure)) {
                throw failure;
            }
            throw new PipelineException(
                    ErrorKind.WAREHOUSE_BUSY,
                    "another rebuild of pipeline " + pipeline + " goes on (expected: one at a time). Remedy: wait for"
                            + " its end",
                    failure);
        }
    }

    /** The tables that a person chose, or all, where none was chosen. */
    public Set<TableId> chosen(List<TableId> tables) {
        return WarehouseFailure.call(
                "reading what the warehouse follows",
                () -> ReplayTarget.read(handle, pipeline, targets, parked)
                        .orElseThrow(ReplayTarget::nothingApplied)
                        .chosen(tables));
    }

    /** Where the stream stands. */
    public Progress progress() {
        return WarehouseFailure.call(
                "reading the position",
                () -> new ProgressTable(pipeline).read(handle).orElseThrow(ReplayTarget::nothingApplied));
    }

    /**
     * Makes an empty shadow of the table, in place of what another rebuild may have left.
     *
     * @throws PipelineException where the table cannot be rebuilt now
     */
    public RebuildStart begin(TableId table) {
        return inTransaction("beginning to rebuild table " + table, () -> {
            ReplicatedTable live = requireFree(table);
            ShadowTable.dropAll(handle, pipeline);
            ReplicatedTable made = ShadowTable.create(handle, pipeline, live);
            handle.commit();
            shadow = made;
            leftOut.clear();
            return new RebuildStart(made.definition(), made.floor(), progress());
        });
    }

    /** Takes the lock; the table, where nothing speaks against writing it. */
    private ReplicatedTable requireFree(TableId table) {
        WriterLock.take(handle, pipeline);
        targets.load(handle);
        parked.load(handle);
        ReplicatedTable live = targets.find(table);
        if (live == null || parked.contains(table)) {
            throw new PipelineException(
                    ErrorKind.WAREHOUSE_BUSY,
                    "table " + table + ": " + (live == null ? "not followed" : "parked")
                            + " (expected: one that follows). The table is as it was");
        }
        replays.obstacle(handle, Set.of(table)).ifPresent(obstacle -> {
            throw new PipelineException(ErrorKind.WAREHOUSE_BUSY, obstacle);
        });
        boolean isHidden = handle.createQuery(RebuildSql.hidesRows(live.target()))
                .mapTo(Boolean.class)
                .one();
        if (isHidden) {
            throw new PipelineException(
                    ErrorKind.WAREHOUSE_UNFIT,
                    "table " + live.target() + ": a row security policy hides rows from this role (expected: one that"
                            + " sees all of them). Remedy: alter role ... bypassrls, or alter table ... no force row"
                            + " level security");
        }
        return live;
    }

    /**
     * Writes events into the shadow, in a transaction of their own.
     *
     * @return what came of them, by table
     * @throws TableChangedException where the table has another definition by now
     * @throws PipelineException where an event that the table has applied cannot be applied to its shadow
     */
    public Map<TableId, ReplayCount> write(List<LogEvent> events) {
        return inTransaction("writing the shadow of a table", () -> {
            Map<TableId, ReplayCount> counts = writeWithin(events);
            handle.commit();
            return counts;
        });
    }

    /** The same, in the transaction of {@link #swap}. */
    public Map<TableId, ReplayCount> writeWithin(List<LogEvent> events) {
        return WarehouseFailure.call("writing the shadow of a table", () -> {
            redirect();
            Set<LogCoordinates> letters = deadLetters.among(
                    handle, events.stream().map(LogEvent::coordinates).toList());
            leftOut.addAll(letters);
            Map<TableId, ReplayCount> counts = new HashMap<>();
            List<LogEvent.Decoded> written = new ArrayList<>();
            for (LogEvent event : events) {
                if (letters.contains(event.coordinates())) {
                    continue;
                }
                if (event instanceof LogEvent.Decoded decoded
                        && concerns(decoded.definition(), decoded.change().version())) {
                    counts.merge(decoded.definition().table(), new ReplayCount(1, 0, 0, null), ReplayCount::plus);
                    written.add(decoded);
                } else if (event instanceof LogEvent.TooLarge large && concerns(large.definition(), large.version())) {
                    throw cannotApply(large, large.version());
                }
            }
            ReplayedEvents replayed = new ReplayedEvents(handle, pending, this::redirect);
            replayed.write(written).forEach((table, count) -> counts.merge(table, count, ReplayCount::plus));
            replayed.refused().stream().findFirst().ifPresent(event -> {
                throw cannotApply(event, event.change().version());
            });
            shadow = targets.find(current().definition());
            return counts;
        });
    }

    private PipelineException cannotApply(LogEvent event, Version version) {
        return new PipelineException(
                ErrorKind.LOG_INCOMPLETE,
                "table " + current().definition().table() + ": the event " + version + " at " + event.coordinates()
                        + " cannot be applied to its shadow (expected: that, or that it stands in idem.dead_letter). The"
                        + " table is as it was. Remedy: ./idem resync, and rebuild it then");
    }

    /**
     * An event that was left out, and was tried again with success meanwhile, is in the table and not in its shadow.
     */
    private void requireStillLeftOut() {
        if (!deadLetters.among(handle, leftOut).equals(leftOut)) {
            throw new TableChangedException(
                    current().definition().table(), "events that were set aside are so no more");
        }
    }

    /** True for a change of the table that counts; what is below the floor does not. */
    private boolean concerns(TableDefinition madeUnder, Version version) {
        ReplicatedTable table = targets.find(madeUnder);
        Version floor = table == null ? null : table.floor();
        if (table == null || table.id() != current().id() || floor != null && version.isBefore(floor)) {
            return false;
        }
        if (madeUnder.isYoungerThan(table.definition())) {
            throw new TableChangedException(table.definition().table(), ANOTHER_DEFINITION);
        }
        if (targets.isSuperseded(madeUnder, table)) {
            throw new PipelineException(
                    ErrorKind.LOG_INCOMPLETE,
                    "table " + table.definition().table() + ": it was made again, or got another key, and the log does"
                            + " not hold all of its rows since then (expected: that it was read anew). The table is as it"
                            + " was. Remedy: wait until it is read anew, or ./idem resync, and rebuild it then");
        }
        return true;
    }

    private ReplicatedTable current() {
        return Objects.requireNonNull(shadow, "begin comes first");
    }

    /** Reads what the sink follows, with the shadow in the table's place. */
    private ReplicatedTable redirect() {
        ReplicatedTable into = current();
        TableId table = into.definition().table();
        targets.load(handle);
        ReplicatedTable live = targets.find(table);
        if (live == null || live.definition().number() != into.definition().number()) {
            throw new TableChangedException(table, ANOTHER_DEFINITION);
        }
        targets.redirect(into);
        return live;
    }

    /** Prepares {@link #swap} as far as that can be done while the stream goes on. */
    public void prepare() {
        WarehouseFailure.call(
                "looking at the shadow of a table",
                () -> handle.execute(RebuildSql.analyze(current().target())));
    }

    /**
     * Brings the table to the shadow's content, in one transaction in which the stream waits.
     *
     * @param catchUp brings the shadow to where the stream stands, by {@link #writeWithin}
     * @param keep is told what came of it before that is committed; what it throws takes all back
     * @throws PipelineException where something speaks against it by now; the table is then as it was
     */
    public RebuiltTable swap(Consumer<Progress> catchUp, Consumer<RebuiltTable> keep) {
        return inTransaction("swapping table " + current().target(), () -> {
            RebuiltTable rebuilt = swapWithin(catchUp);
            keep.accept(rebuilt);
            ShadowTable.dropAll(handle, pipeline);
            handle.commit();
            shadow = null;
            return rebuilt;
        });
    }

    /** The same, and takes it back; what would have come of it. */
    public RebuiltTable rehearse(Consumer<Progress> catchUp) {
        return inTransaction("comparing table " + current().target(), () -> {
            RebuiltTable rebuilt = swapWithin(catchUp);
            handle.rollback();
            return rebuilt;
        });
    }

    private RebuiltTable swapWithin(Consumer<Progress> catchUp) {
        requireFree(current().definition().table());
        ReplicatedTable live = redirect();
        catchUp.accept(progress());
        requireStillLeftOut();
        Version floor = live.floor();
        if (floor != null) {
            redirect();
            pending.completeSnapshot(current().definition(), floor);
            pending.flush();
        }
        Set<String> present = targets.columns(handle, live).keySet();
        boolean hasOthers = !ShadowTable.addedByOthers(present, live.target()).isEmpty();
        return new ShadowSwap(handle, live.target(), current().target(), hasOthers).run();
    }

    /** Notes how far a table of an order is; false where the order was given up. */
    public boolean advance(long order, RebuildEntry.Part part) {
        return WarehouseFailure.call(
                "writing idem.rebuild_table", () -> new RebuildTable(pipeline).advance(handle, order, part));
    }

    /** Notes what came of a table of an order, in {@link #swap} or after it; false where the order was given up. */
    public boolean keep(long order, RebuildResult result) {
        return WarehouseFailure.call(
                "writing idem.rebuild_table", () -> new RebuildTable(pipeline).keep(handle, order, result));
    }

    /** Drops the shadow. */
    public void discard() {
        inTransaction("dropping the shadow of a table", () -> {
            ShadowTable.dropAll(handle, pipeline);
            handle.commit();
            shadow = null;
            return true;
        });
    }

    /** A transaction that the action commits, and of which nothing is left where it fails. */
    private <T> T inTransaction(String what, Supplier<T> action) {
        try {
            return WarehouseFailure.call(what, () -> {
                handle.begin();
                return action.get();
            });
        } catch (TableFailedException e) {
            Sessions.rollBackAfter(e, handle);
            throw e.failure();
        } catch (RuntimeException e) {
            Sessions.rollBackAfter(e, handle);
            throw e;
        } finally {
            pending.clear();
        }
    }

    @Override
    public void close() {
        Sessions.end(handle);
    }
}
