package dev.idem.apply;

import dev.idem.change.TableId;
import dev.idem.consume.LogEvent;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.warehouse.WarehouseFailure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * The careful way through a cut: each event by itself behind a savepoint, or the two halves of a key change together,
 * so that only the events that the warehouse refuses are set aside.
 *
 * <p>All writing happens in the caller's transaction.
 *
 * <p><i>Threads:</i> one thread.
 */
final class EventByEvent {

    /** So many events of a table, all of them refused, are no matter of rows. */
    private static final int MANY = 20;

    private final Handle handle;
    private final WarehouseWriter writer;
    private final DeadLetters deadLetters;
    private final OnTableFailure onTableFailure;
    private final Map<TableId, Tally> tallies = new HashMap<>();
    private final RefusedColumn refusedColumn = new RefusedColumn();
    private final List<LogEvent> held = new ArrayList<>();
    private String lastRefusal = "";

    EventByEvent(Handle handle, WarehouseWriter writer, DeadLetters deadLetters, OnTableFailure onTableFailure) {
        this.handle = handle;
        this.writer = writer;
        this.deadLetters = deadLetters;
        this.onTableFailure = onTableFailure;
    }

    private record Tally(long events, long refused) {

        Tally plus(Tally other) {
            return new Tally(events + other.events, refused + other.refused);
        }

        boolean isEveryOneOfMany() {
            return refused >= MANY && refused == events;
        }
    }

    /** Begins a transaction. */
    void begin() {
        tallies.clear();
        held.clear();
    }

    /** Takes in the next event; the one before it is applied, or set aside where the warehouse refuses it. */
    void add(LogEvent event) {
        boolean second =
                event instanceof LogEvent.Decoded decoded && PendingChanges.completesKeyChange(decoded.change());
        if (!second) {
            applyHeld();
        }
        held.add(event);
    }

    private void applyHeld() {
        List<LogEvent> together = List.copyOf(held);
        held.clear();
        if (together.isEmpty()) {
            return;
        }
        WarehouseFailure.call("setting a savepoint", () -> handle.savepoint("event"));
        try {
            together.forEach(writer::add);
            writer.flush();
            WarehouseFailure.call("releasing a savepoint", () -> handle.releaseSavepoint("event"));
            count(together, 0);
        } catch (TableFailedException e) {
            if (onTableFailure != OnTableFailure.DEAD_LETTER || WarehouseFailure.isUniqueViolation(e.failure())) {
                throw e;
            }
            setAside(together, e.failure());
        } catch (PipelineException e) {
            if (e.response() != ErrorKind.Response.PARK) {
                throw e;
            }
            setAside(together, e);
            count(together, together.size());
        }
    }

    private void count(List<LogEvent> together, long refused) {
        if (together.get(0) instanceof LogEvent.Decoded decoded && !writer.leavesOut(decoded.definition())) {
            tallies.merge(decoded.definition().table(), new Tally(together.size(), refused), Tally::plus);
        }
    }

    private void setAside(List<LogEvent> refused, PipelineException failure) {
        String reason = String.valueOf(failure.getMessage());
        lastRefusal = reason;
        WarehouseFailure.call("setting an event aside", () -> {
            handle.rollbackToSavepoint("event");
            writer.reload();
            refused.forEach(event -> setAside(
                    event,
                    refusedColumn
                            .find(handle, writer.targets(), event, failure)
                            .map(column -> reason + ", " + column)
                            .orElse(reason)));
            return true;
        });
    }

    private void setAside(LogEvent event, String reason) {
        if (event instanceof LogEvent.Decoded decoded) {
            deadLetters.add(
                    handle,
                    decoded.coordinates(),
                    decoded.definition().table(),
                    decoded.change().version().toString(),
                    reason);
        }
    }

    /**
     * Applies the last event and ends the careful way.
     *
     * @throws TableFailedException where every one of many events of a table was refused, and tables are to wait then
     */
    void end() {
        applyHeld();
        if (onTableFailure == OnTableFailure.DEAD_LETTER) {
            return;
        }
        tallies.forEach((table, tally) -> {
            if (tally.isEveryOneOfMany()) {
                throw new TableFailedException(
                        table,
                        new PipelineException(
                                ErrorKind.WAREHOUSE_UNFIT,
                                "table " + table + ": the warehouse refuses every one of " + tally.events()
                                        + " events (expected: a few at the most), the last with: " + lastRefusal
                                        + ". None is set aside"));
            }
        });
    }
}
