package dev.idem.capture;

import dev.idem.change.Cut;
import dev.idem.change.Lsn;
import dev.idem.change.TableId;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Collects what {@link CaptureStatus} tells.
 *
 * <p><i>Threads:</i> thread-safe.
 */
final class CaptureProgress {

    private CaptureStatus.State state = CaptureStatus.State.STARTING;
    private String detail = "";
    private String reread = "";
    private @Nullable Cut lastCut;
    private @Nullable Lsn sourceLsn;
    private long transactions;
    private long events;
    private long droppedEvents;
    private final Map<TableId, Long> snapshotRows = new TreeMap<>();

    synchronized void state(CaptureStatus.State newState, String newDetail) {
        state = newState;
        detail = newDetail;
    }

    /** What of the tables is read anew, or why it is not; empty where nothing is. */
    synchronized void reread(String doing) {
        reread = doing;
    }

    synchronized void published(Cut cut) {
        lastCut = cut;
        transactions += cut.transactions();
        events += cut.events();
    }

    /** The log as it was found. */
    synchronized void found(Cut cut) {
        lastCut = cut;
    }

    synchronized void droppedAsPublished(long count) {
        droppedEvents += count;
    }

    synchronized void sourceLsn(Lsn lsn) {
        sourceLsn = lsn;
    }

    synchronized void snapshotRows(Collection<Cut.TableState> tables) {
        tables.forEach(table -> snapshotRows.put(table.table(), table.rows()));
    }

    synchronized Optional<Lsn> publishedLsn() {
        return Optional.ofNullable(lastCut).map(Cut::commitLsn);
    }

    synchronized CaptureStatus status() {
        Optional<Cut> cut = Optional.ofNullable(lastCut);
        return new CaptureStatus(
                state,
                detail.isEmpty() ? reread : detail,
                cut.map(Cut::epoch).orElse(0),
                cut.map(Cut::commitLsn),
                cut.flatMap(c -> Optional.ofNullable(c.commitTime())),
                Optional.ofNullable(sourceLsn),
                transactions,
                events,
                droppedEvents,
                Map.copyOf(snapshotRows));
    }
}
