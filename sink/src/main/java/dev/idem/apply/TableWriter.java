package dev.idem.apply;

import dev.idem.change.Change;
import dev.idem.change.ColumnValue;
import dev.idem.change.Row;
import dev.idem.change.RowKey;
import dev.idem.change.Version;
import dev.idem.reduce.KeyState;
import dev.idem.reduce.TableBatch;
import dev.idem.sql.DeleteSql;
import dev.idem.sql.KeylessSql;
import dev.idem.sql.TargetTable;
import dev.idem.sql.UpsertSql;
import dev.idem.sql.UpsertSql.Guard;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/**
 * Writes the reduced batch of one table: the floor, then the deletes, then the rows.
 *
 * <p>All writing happens in the caller's transaction.
 *
 * <p><i>Threads:</i> one thread.
 */
final class TableWriter {

    /*
     * After the reduction each key has one state, so the order of the statements matters only within a key, and only for a
     * key that was deleted and lives again: its delete is written first. Deletes of keys whose row is whole again are not
     * remembered: every column of that row is younger than the delete, so nothing older can get past it anyway.
     *
     * Where a change may have come before (a replay, a resync, doubles in the log), the statements also look at the
     * tombstones, and a row whose columns were carried by several changes is written change by change, so that each is
     * judged against the tombstone by itself.
     *
     * Keys of types whose equality is wider than that of their texts cannot be reduced here, because two texts may be one
     * row: their states are written one by one, in the order of their versions, always guarded.
     */

    private final Handle handle;
    private final TargetTable table;
    private final Guard guard;
    private final CarriedColumns carried;
    private final Conflicts conflicts;
    private long written;
    private long deleted;

    TableWriter(Handle handle, TargetTable table, Guard guard, Conflicts conflicts) {
        this.handle = handle;
        this.table = table;
        this.guard = table.hasKey() && !table.keyEqualAsText() ? Guard.REPLAYED : guard;
        this.conflicts = conflicts;
        this.carried = new CarriedColumns(table);
    }

    /** Whether values of unique constraints besides the key may move from row to row within the batch. */
    enum Conflicts {
        /** None do, as far as is known: rows are written over. */
        NONE_EXPECTED,
        /** Some do: the rows are completed, taken out where they are older, and put in again. */
        TAKE_OUT_FIRST
    }

    private record Keyed(RowKey key, KeyState state) {}

    /** Writes the batch; what changed. */
    TableCount write(TableBatch batch) {
        Version floor = batch.floor();
        if (floor != null) {
            belowFloor(floor);
        }
        if (table.hasKey()) {
            new CarryLookup(table, batch).fill(handle);
            List<Keyed> states = new ArrayList<>(batch.keys());
            batch.forEach((key, state) -> states.add(new Keyed(key, state)));
            if (conflicts == Conflicts.TAKE_OUT_FIRST && table.keyEqualAsText()) {
                rewrite(states);
            } else {
                writeKeyed(states);
            }
        } else {
            writeKeyless(batch.keyless());
        }
        return new TableCount(batch.events(), written, deleted);
    }

    private void belowFloor(Version floor) {
        deleted += executeWithVersion(DeleteSql.belowFloor(table), floor);
        if (table.hasKey() && guard == Guard.REPLAYED) {
            executeWithVersion(DeleteSql.forgetBelowFloor(table), floor);
        }
    }

    private int executeWithVersion(String sql, Version version) {
        try (Update update = handle.createUpdate(sql)) {
            return update.bind(0, version.epoch())
                    .bind(1, version.lsn().toString())
                    .bind(2, version.ordinal())
                    .execute();
        }
    }

    private void writeKeyed(List<Keyed> states) {
        if (table.keyEqualAsText()) {
            writeSet(states);
            return;
        }
        states.sort(Comparator.comparing(keyed -> newest(keyed.state())));
        states.forEach(keyed -> writeSet(List.of(keyed)));
    }

    private static Version newest(KeyState state) {
        Version row = state.rowVersion();
        return row == null ? Objects.requireNonNull(state.deletedAt()) : row;
    }

    private void writeSet(List<Keyed> states) {
        delete(states.stream()
                .filter(keyed ->
                        keyed.state().deletedAt() != null && !keyed.state().isWhole())
                .toList());
        List<Keyed> live =
                states.stream().filter(keyed -> keyed.state().isLive()).toList();
        writeComplete(live.stream()
                .filter(keyed -> usesSimpleStatement(keyed.state()))
                .toList());
        List<Keyed> partial = live.stream()
                .filter(keyed -> !usesSimpleStatement(keyed.state()))
                .toList();
        if (guard == Guard.FRESH) {
            writePartial(partial);
        } else {
            writeByCarrier(partial);
        }
    }

    /** A complete row can overwrite anything older; only where it may be older itself must columns be compared. */
    private boolean usesSimpleStatement(KeyState state) {
        return guard == Guard.FRESH && state.isComplete();
    }

    /**
     * PostgreSQL looks at a unique constraint row by row, so rows that exchange a value cannot be written over one
     * after the other. All of them are taken out before the first is put in.
     */
    private void rewrite(List<Keyed> states) {
        delete(states.stream()
                .filter(keyed -> keyed.state().deletedAt() != null)
                .toList());
        List<Keyed> live = new WarehouseRows(table)
                .complete(handle, liveOf(states)).entrySet().stream()
                        .map(entry -> new Keyed(entry.getKey(), entry.getValue()))
                        .toList();
        List<Keyed> whole =
                live.stream().filter(keyed -> keyed.state().isWhole()).toList();
        takeOut(whole);
        writePartial(whole);
        List<Keyed> partial =
                live.stream().filter(keyed -> !keyed.state().isWhole()).toList();
        if (guard == Guard.FRESH) {
            writePartial(partial);
        } else {
            writeByCarrier(partial);
        }
    }

    private static Map<RowKey, KeyState> liveOf(List<Keyed> states) {
        Map<RowKey, KeyState> live = new LinkedHashMap<>();
        states.stream().filter(keyed -> keyed.state().isLive()).forEach(keyed -> live.put(keyed.key(), keyed.state()));
        return live;
    }

    private void takeOut(List<Keyed> states) {
        if (states.isEmpty()) {
            return;
        }
        ChangeArrays arrays = new ChangeArrays(table.key().size(), states.size(), false);
        for (Keyed keyed : states) {
            arrays.row(Objects.requireNonNull(keyed.state().rowVersion()));
            for (int i = 0; i < table.key().size(); i++) {
                arrays.set(i, keyed.key().values().get(i));
            }
        }
        arrays.execute(handle, DeleteSql.takeOut(table));
    }

    private void delete(List<Keyed> states) {
        if (states.isEmpty()) {
            return;
        }
        ChangeArrays arrays = new ChangeArrays(table.key().size(), states.size(), false);
        for (Keyed keyed : states) {
            arrays.row(Objects.requireNonNull(keyed.state().deletedAt()));
            for (int i = 0; i < table.key().size(); i++) {
                arrays.set(i, keyed.key().values().get(i));
            }
        }
        deleted += arrays.execute(handle, DeleteSql.byKey(table));
        if (guard == Guard.REPLAYED) {
            arrays.execute(handle, DeleteSql.forgetEarlierLife(table));
        }
    }

    private void writeComplete(List<Keyed> states) {
        if (states.isEmpty()) {
            return;
        }
        ChangeArrays arrays = new ChangeArrays(table.columns().size(), states.size(), false);
        states.forEach(keyed -> addRow(
                arrays, keyed.state(), Objects.requireNonNull(keyed.state().rowVersion())));
        written += arrays.execute(handle, UpsertSql.complete(table));
    }

    private void writePartial(List<Keyed> states) {
        if (states.isEmpty()) {
            return;
        }
        ChangeArrays arrays = new ChangeArrays(table.columns().size(), states.size(), true);
        for (Keyed keyed : states) {
            addRow(arrays, keyed.state(), Objects.requireNonNull(keyed.state().rowVersion()));
            arrays.extra(carried.json(keyed.state()));
        }
        written += arrays.execute(handle, UpsertSql.partial(table, guard));
    }

    /** Takes rows whose columns come from several changes apart, and writes the oldest changes first. */
    private void writeByCarrier(List<Keyed> states) {
        List<KeyState> rest = states.stream().map(Keyed::state).toList();
        while (!rest.isEmpty()) {
            ChangeArrays arrays = new ChangeArrays(table.columns().size(), rest.size(), true);
            List<KeyState> younger = new ArrayList<>();
            for (KeyState state : rest) {
                Version oldest = carried.oldest(state);
                addRow(arrays, state, oldest);
                arrays.extra(carried.jsonOf(state, oldest));
                KeyState left = state.above(new Version(oldest.epoch(), oldest.lsn(), oldest.ordinal() + 1));
                if (left != null && left.isLive()) {
                    younger.add(left);
                }
            }
            written += arrays.execute(handle, UpsertSql.partial(table, guard));
            rest = younger;
        }
    }

    private void addRow(ChangeArrays arrays, KeyState state, Version version) {
        arrays.row(version);
        for (int i = 0; i < table.columns().size(); i++) {
            arrays.set(i, state.value(i));
        }
    }

    private void writeKeyless(List<Change.Keyless> changes) {
        List<Change.Keyless> inserts = new ArrayList<>();
        for (Change.Keyless change : changes) {
            Row before = change.before();
            if (before != null) {
                insertKeyless(inserts);
                inserts.clear();
                removeKeyless(change.version(), before);
            }
            if (change.after() != null) {
                inserts.add(change);
            }
        }
        insertKeyless(inserts);
    }

    private void insertKeyless(List<Change.Keyless> changes) {
        if (changes.isEmpty()) {
            return;
        }
        ChangeArrays arrays = new ChangeArrays(table.columns().size(), changes.size(), false);
        for (Change.Keyless change : changes) {
            arrays.row(change.version());
            Row row = Objects.requireNonNull(change.after());
            for (int i = 0; i < row.size(); i++) {
                arrays.set(i, row.get(i));
            }
        }
        written += arrays.execute(handle, KeylessSql.insert(table, guard));
    }

    private void removeKeyless(Version version, Row row) {
        try (Update update = handle.createUpdate(KeylessSql.remove(table))) {
            update.bind(0, version.epoch()).bind(1, version.lsn().toString()).bind(2, version.ordinal());
            for (int i = 0; i < row.size(); i++) {
                update.bind(3 + i, textOrNull(row.get(i)));
            }
            deleted += update.execute();
        }
    }

    private static @Nullable String textOrNull(ColumnValue value) {
        return value instanceof ColumnValue.Text text ? text.value() : null;
    }
}
