package dev.idem.simulation;

import dev.idem.change.Cut;
import dev.idem.change.Lsn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL with one replication slot: it commits transactions, remembers its state as of each commit, and can lose
 * its slot and its newest commits.
 *
 * <p><i>Threads:</i> one thread.
 */
final class SimulatedSource {

    private static final int LONGEST_STEP = 300;

    /**
     * An unbroken WAL history.
     *
     * @param timeline its timeline
     * @param wal what was committed, in order
     * @param states the tables as of each commit
     */
    record History(int timeline, List<SourceTransaction> wal, NavigableMap<Lsn, SourceTables> states) {

        SourceTables asOf(Lsn lsn) {
            Map.Entry<Lsn, SourceTables> state = states.floorEntry(lsn);
            return state == null ? new SourceTables() : state.getValue();
        }
    }

    private History history = new History(1, new ArrayList<>(), new TreeMap<>());
    private SourceTables tables = new SourceTables();
    private Lsn end;
    private @Nullable Lsn confirmed;
    private @Nullable Lsn confirmedOnDisk;

    /** Whose WAL begins at {@code start}. */
    SimulatedSource(Lsn start) {
        this.end = start;
    }

    History history() {
        return history;
    }

    SourceTables tables() {
        return tables;
    }

    Cut.SourceIdentity identity() {
        return new Cut.SourceIdentity("1", history.timeline(), "shop", "idem_sim");
    }

    Lsn walEnd() {
        return end;
    }

    Optional<Lsn> confirmed() {
        return Optional.ofNullable(confirmed);
    }

    /** A transaction with random changes commits. */
    void commit(Random random) {
        List<SourceTransaction.SourceChange> changes = SourceTransaction.random(tables, random);
        advance(random);
        history.wal().add(new SourceTransaction(end, changes));
        history.states().put(end, tables.copy());
    }

    /** A message outside transactions is written, as a heartbeat is. */
    void heartbeat(Random random) {
        advance(random);
        history.wal().add(new SourceTransaction(end, List.of()));
    }

    private void advance(Random random) {
        end = new Lsn(end.value() + 8L * (1 + random.nextInt(LONGEST_STEP)));
    }

    /** Makes a slot; its consistent point, at which no transaction ends. */
    Lsn createSlot(Random random) {
        advance(random);
        confirmed = end;
        confirmedOnDisk = end;
        return end;
    }

    /** A consistent point without a slot that stays. */
    Lsn consistentPoint(Random random) {
        advance(random);
        return end;
    }

    void dropSlot() {
        confirmed = null;
        confirmedOnDisk = null;
    }

    void confirm(Lsn lsn) {
        if (confirmed != null && lsn.compareTo(confirmed) > 0) {
            confirmed = lsn;
        }
    }

    void checkpoint() {
        confirmedOnDisk = confirmed;
    }

    /** The server dies and comes back: the slot stands where it was last written to disk. */
    void crash() {
        confirmed = confirmedOnDisk;
    }

    /** The server is restored to an earlier commit: its WAL goes back, and its slot is gone. */
    void restore(Random random) {
        int kept = random.nextInt(history.wal().size() + 1);
        List<SourceTransaction> wal = new ArrayList<>(history.wal().subList(0, kept));
        Lsn to = wal.isEmpty()
                ? new Lsn(end.value() - 8)
                : wal.get(wal.size() - 1).end();
        if (wal.isEmpty() && !history.wal().isEmpty()) {
            to = new Lsn(history.wal().get(0).end().value() - 8);
        }
        NavigableMap<Lsn, SourceTables> states = new TreeMap<>(history.states().headMap(to, true));
        tables = states.isEmpty()
                ? new SourceTables()
                : Objects.requireNonNull(states.lastEntry()).getValue().copy();
        end = to;
        history = new History(history.timeline() + random.nextInt(2), wal, states);
        dropSlot();
    }
}
