package dev.idem.simulation;

import dev.idem.change.ColumnValue;
import dev.idem.change.Lsn;
import dev.idem.change.Operation;
import dev.idem.change.TableDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A transaction of the simulated source as the WAL holds it; one without changes is a message outside transactions.
 *
 * @param end the end of its COMMIT record, or the message's place
 * @param changes what it changed
 */
record SourceTransaction(Lsn end, List<SourceChange> changes) {

    private static final int KEYS = 4;

    /**
     * A change.
     *
     * @param movedFrom on the second half of a key change the key before; -1 otherwise
     */
    record SourceChange(
            TableDefinition table,
            Operation operation,
            @Nullable List<ColumnValue> before,
            @Nullable List<ColumnValue> after,
            int movedFrom) {}

    boolean isMessage() {
        return changes.isEmpty();
    }

    /** Some random changes of these tables, which are changed. */
    static List<SourceChange> random(SourceTables tables, Random random) {
        Writer writer = new Writer(tables, random);
        int count = 1 + random.nextInt(5);
        while (writer.changes.size() < count) {
            writer.change();
        }
        return writer.changes;
    }

    private static final class Writer {

        private final SourceTables tables;
        private final Random random;
        private final List<SourceChange> changes = new ArrayList<>();

        Writer(SourceTables tables, Random random) {
            this.tables = tables;
            this.random = random;
        }

        void change() {
            if (random.nextInt(4) == 0) {
                changeEvents();
                return;
            }
            int key = random.nextInt(KEYS);
            if (random.nextInt(25) == 0) {
                tables.notes.clear();
                add(SourceTables.NOTES, Operation.TRUNCATE, null, null);
            } else if (!tables.notes.containsKey(key)) {
                List<ColumnValue> row = List.of(text(key), number(), large(), maybeNull());
                tables.notes.put(key, row);
                add(SourceTables.NOTES, Operation.CREATE, null, row);
            } else {
                changeNote(key, Objects.requireNonNull(tables.notes.get(key)));
            }
        }

        private void changeNote(int key, List<ColumnValue> old) {
            int choice = random.nextInt(10);
            if (choice < 3) {
                tables.notes.remove(key);
                add(SourceTables.NOTES, Operation.DELETE, keyOnly(old), null);
                return;
            }
            int to = random.nextInt(KEYS);
            if (choice < 5 && !tables.notes.containsKey(to)) {
                move(key, to, old);
                return;
            }
            boolean body = random.nextBoolean();
            boolean extra = random.nextBoolean();
            List<ColumnValue> row =
                    List.of(text(key), number(), body ? large() : old.get(2), extra ? maybeNull() : old.get(3));
            tables.notes.put(key, row);
            add(SourceTables.NOTES, Operation.UPDATE, null, leavingOut(row, body, extra));
        }

        private void move(int key, int to, List<ColumnValue> old) {
            tables.notes.remove(key);
            add(SourceTables.NOTES, Operation.DELETE, keyOnly(old), null);
            boolean body = random.nextInt(3) == 0;
            List<ColumnValue> row = List.of(text(to), old.get(1), body ? large() : old.get(2), old.get(3));
            tables.notes.put(to, row);
            changes.add(new SourceChange(
                    SourceTables.NOTES, Operation.CREATE, null, leavingOut(row, body, random.nextBoolean()), key));
        }

        private void changeEvents() {
            int choice = random.nextInt(10);
            if (choice < 5 || tables.events.isEmpty()) {
                List<ColumnValue> row = event();
                tables.events.add(row);
                add(SourceTables.EVENTS, Operation.CREATE, null, row);
            } else if (choice < 8) {
                List<ColumnValue> old = tables.events.remove(random.nextInt(tables.events.size()));
                add(SourceTables.EVENTS, Operation.DELETE, old, null);
            } else {
                List<ColumnValue> row = event();
                List<ColumnValue> old = tables.events.set(random.nextInt(tables.events.size()), row);
                add(SourceTables.EVENTS, Operation.UPDATE, old, row);
            }
        }

        private List<ColumnValue> event() {
            return List.of(
                    ColumnValue.of("kind" + random.nextInt(2)),
                    random.nextInt(3) == 0 ? ColumnValue.NULL : text(random.nextInt(2)));
        }

        private void add(
                TableDefinition table,
                Operation operation,
                @Nullable List<ColumnValue> before,
                @Nullable List<ColumnValue> after) {
            changes.add(new SourceChange(table, operation, before, after, -1));
        }

        private static List<ColumnValue> keyOnly(List<ColumnValue> row) {
            return List.of(row.get(0), ColumnValue.UNAVAILABLE, ColumnValue.UNAVAILABLE, ColumnValue.UNAVAILABLE);
        }

        private static List<ColumnValue> leavingOut(List<ColumnValue> row, boolean body, boolean extra) {
            return List.of(
                    row.get(0),
                    row.get(1),
                    body ? row.get(2) : ColumnValue.UNAVAILABLE,
                    extra ? row.get(3) : ColumnValue.UNAVAILABLE);
        }

        private static ColumnValue text(int number) {
            return ColumnValue.of(String.valueOf(number));
        }

        private ColumnValue number() {
            return text(random.nextInt(1_000_000));
        }

        private ColumnValue large() {
            return ColumnValue.of("large" + random.nextInt(1_000_000));
        }

        private ColumnValue maybeNull() {
            return random.nextInt(4) == 0 ? ColumnValue.NULL : large();
        }
    }
}
