package dev.idem.apply;

import dev.idem.change.TableId;
import dev.idem.change.Version;
import dev.idem.consume.LogEvent;
import dev.idem.control.ReplayCount;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * Events that are written once more: all of them together, and where the warehouse refuses a row, half by half, until
 * only that is left out.
 *
 * <p>All writing happens in the caller's transaction.
 *
 * <p><i>Threads:</i> one thread.
 */
final class ReplayedEvents {

    private final Handle handle;
    private final PendingChanges pending;
    private final Runnable reload;
    private final List<LogEvent.Decoded> refused = new ArrayList<>();
    private final Map<TableId, ReplayCount> counts = new HashMap<>();
    private boolean inSnapshot;

    /**
     * A way to write events.
     *
     * @param reload reads again what a savepoint has brought back
     */
    ReplayedEvents(Handle handle, PendingChanges pending, Runnable reload) {
        this.handle = handle;
        this.pending = pending;
        this.reload = reload;
    }

    /** Writes the events; the rows changed and the events refused, by table. */
    Map<TableId, ReplayCount> write(List<LogEvent.Decoded> events) {
        List<List<LogEvent.Decoded>> units = new ArrayList<>();
        events.forEach(event -> addUnit(units, event));
        writeUnits(units);
        return Map.copyOf(counts);
    }

    /** The events that the warehouse refused. */
    List<LogEvent.Decoded> refused() {
        return List.copyOf(refused);
    }

    /** The two halves of a key change stay together. */
    private static void addUnit(List<List<LogEvent.Decoded>> units, LogEvent.Decoded event) {
        if (PendingChanges.completesKeyChange(event.change()) && !units.isEmpty()) {
            units.get(units.size() - 1).add(event);
        } else {
            units.add(new ArrayList<>(List.of(event)));
        }
    }

    /**
     * The row of a re-read lies behind changes of the stream that are newer, and a piece need not hold them. A key
     * change behind it must not take the row's values for the latest, so the two are written apart.
     */
    private void separate(Version next) {
        boolean ofSnapshot = next.ordinal() == 0;
        if (ofSnapshot != inSnapshot) {
            pending.flush();
            inSnapshot = ofSnapshot;
        }
    }

    private void writeUnits(List<List<LogEvent.Decoded>> units) {
        if (units.isEmpty()) {
            return;
        }
        handle.savepoint("units");
        try {
            pending.begin(null);
            units.forEach(unit -> {
                separate(unit.get(0).change().version());
                unit.forEach(event -> pending.add(event.definition(), event.change()));
            });
            pending.flush();
            handle.releaseSavepoint("units");
            pending.counts()
                    .forEach((table, count) ->
                            counts.merge(table, new ReplayCount(0, count.changed(), 0, null), ReplayCount::plus));
            return;
        } catch (PipelineException e) {
            if (e.kind() != ErrorKind.ROW_REFUSED) {
                throw e;
            }
            pending.clear();
            handle.rollbackToSavepoint("units");
            reload.run();
        }
        if (units.size() == 1) {
            units.get(0).forEach(this::refuse);
        } else {
            int half = units.size() / 2;
            writeUnits(units.subList(0, half));
            writeUnits(units.subList(half, units.size()));
        }
    }

    private void refuse(LogEvent.Decoded event) {
        refused.add(event);
        counts.merge(event.definition().table(), new ReplayCount(0, 0, 1, null), ReplayCount::plus);
    }
}
