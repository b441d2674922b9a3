package dev.idem.reduce;

import dev.idem.change.Change;
import dev.idem.change.ColumnDefinition;
import dev.idem.change.ColumnValue;
import dev.idem.change.Lsn;
import dev.idem.change.ReplicaIdentity;
import dev.idem.change.Row;
import dev.idem.change.RowKey;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.change.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/**
 * A generated history of one table of a source: its changes in commit order as the log would hold them, and the rows
 * that the source has at the end.
 */
public final class SourceHistory {

    /** A key, a small column and two that can be left out of an update. */
    public static final TableDefinition TABLE = new TableDefinition(
            new TableId("public", "notes"),
            1,
            16_384,
            List.of(
                    ColumnDefinition.plain("id", "bigint", 1, true, false),
                    ColumnDefinition.plain("small", "integer", 2, true, false),
                    ColumnDefinition.plain("body", "text", 3, true, true),
                    ColumnDefinition.plain("extra", "text", 4, false, true)),
            List.of("id"),
            ReplicaIdentity.DEFAULT,
            List.of());

    private static final int KEYS = 4;
    private static final int LONGEST_TRANSACTION = 8;

    private final Random random;
    private final boolean withMoves;
    private final Map<Integer, List<ColumnValue>> rows = new TreeMap<>();
    private final List<Change> changes = new ArrayList<>();
    private long lsn = 0xFFFF_FF00L;
    private long ordinal;
    private int counter;

    private SourceHistory(Random random, boolean withMoves) {
        this.random = random;
        this.withMoves = withMoves;
    }

    /** A history of that many transactions. */
    public static SourceHistory generate(Random random, int transactions, boolean withMoves) {
        SourceHistory history = new SourceHistory(random, withMoves);
        for (int i = 0; i < transactions; i++) {
            history.lsn += 1 + random.nextInt(300);
            history.ordinal = 0;
            int count = 1 + random.nextInt(4);
            for (int j = 0; j < count; j++) {
                history.change();
            }
        }
        return history;
    }

    /** The changes in the source's order. */
    public List<Change> changes() {
        return changes;
    }

    /** The rows at the end, by key. */
    public Map<Integer, List<ColumnValue>> rows() {
        return rows;
    }

    private void change() {
        int key = random.nextInt(KEYS);
        if (random.nextInt(25) == 0) {
            rows.clear();
            changes.add(new Change.Truncate(next()));
        } else if (!rows.containsKey(key)) {
            insert(key);
        } else {
            int choice = random.nextInt(10);
            if (choice < 3) {
                delete(key);
            } else if (choice < 5 && withMoves) {
                move(key, random.nextInt(KEYS));
            } else {
                update(key);
            }
        }
    }

    private void insert(int key) {
        List<ColumnValue> row = List.of(key(key), number(), text("body"), maybeNull());
        rows.put(key, row);
        changes.add(upsert(key, row, Optional.empty()));
    }

    private void update(int key) {
        List<ColumnValue> old = Objects.requireNonNull(rows.get(key));
        boolean body = random.nextBoolean();
        boolean extra = random.nextBoolean();
        ColumnValue small = number();
        ColumnValue newBody = text("body");
        ColumnValue newExtra = maybeNull();
        rows.put(key, List.of(key(key), small, body ? newBody : old.get(2), extra ? newExtra : old.get(3)));
        changes.add(upsert(
                key,
                List.of(
                        key(key),
                        small,
                        body ? newBody : ColumnValue.UNAVAILABLE,
                        extra ? newExtra : ColumnValue.UNAVAILABLE),
                Optional.empty()));
    }

    private void delete(int key) {
        rows.remove(key);
        changes.add(new Change.Delete(next(), rowKey(key)));
    }

    private void move(int from, int to) {
        if (rows.containsKey(to)) {
            return;
        }
        List<ColumnValue> old = Objects.requireNonNull(rows.remove(from));
        changes.add(new Change.Delete(next(), rowKey(from)));
        boolean body = random.nextBoolean();
        List<ColumnValue> row = List.of(key(to), old.get(1), old.get(2), old.get(3));
        rows.put(to, row);
        changes.add(upsert(
                to,
                List.of(key(to), old.get(1), body ? old.get(2) : ColumnValue.UNAVAILABLE, ColumnValue.UNAVAILABLE),
                Optional.of(rowKey(from))));
    }

    private Change upsert(int key, List<ColumnValue> row, Optional<RowKey> movedFrom) {
        return new Change.Upsert(next(), rowKey(key), Row.of(row), movedFrom);
    }

    private Version next() {
        return new Version(1, new Lsn(lsn), ++ordinal);
    }

    /** The key as the log holds it. */
    public static RowKey rowKey(int key) {
        return RowKey.of(String.valueOf(key));
    }

    private static ColumnValue key(int key) {
        return ColumnValue.of(String.valueOf(key));
    }

    private ColumnValue number() {
        return ColumnValue.of(String.valueOf(++counter));
    }

    private ColumnValue text(String prefix) {
        return ColumnValue.of(prefix + "-" + ++counter);
    }

    private ColumnValue maybeNull() {
        return random.nextInt(4) == 0 ? ColumnValue.NULL : text("extra");
    }

    /**
     * What Kafka permits: the changes in order and in batches of any size, now and then from an earlier place again,
     * and to the end at last.
     */
    public List<List<Change>> deliveries() {
        List<List<Change>> batches = new ArrayList<>();
        int position = 0;
        int rewinds = 4;
        while (position < changes.size() || rewinds-- > 0 && random.nextBoolean()) {
            if (position > 0 && random.nextInt(5) == 0 || position == changes.size()) {
                position = transactionStart(random.nextInt(position + 1));
            }
            int to = transactionStart(Math.min(changes.size(), position + LONGEST_TRANSACTION + random.nextInt(8)));
            List<Change> batch = new ArrayList<>(changes.subList(position, to));
            if (!batch.isEmpty() && random.nextInt(4) == 0) {
                int again = random.nextInt(batch.size());
                batch.add(again, batch.get(again));
            }
            if (!batch.isEmpty()) {
                batches.add(batch);
            }
            position = to;
        }
        return batches;
    }

    /** The place of the first change of the transaction that {@code position} lies in. */
    private int transactionStart(int position) {
        int start = position;
        while (start > 0
                && start < changes.size()
                && changes.get(start - 1)
                        .version()
                        .lsn()
                        .equals(changes.get(start).version().lsn())) {
            start--;
        }
        return start;
    }
}
