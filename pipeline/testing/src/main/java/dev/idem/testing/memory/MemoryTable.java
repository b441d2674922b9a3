package dev.idem.testing.memory;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A target table and the table that remembers its deletes, and what the guarded statements do with them.
 *
 * <p>Each method is one statement of package {@code dev.idem.sql} and says so; what it returns is the statement's
 * count.
 *
 * <p><i>Threads:</i> one thread.
 */
final class MemoryTable {

    private static final String AFFECTED_TWICE = "21000";

    private final List<String> columns;
    private final List<Integer> key;
    private final Map<List<@Nullable String>, StoredRow> rows;
    private final Map<List<@Nullable String>, RowVersion> tombstones;

    MemoryTable(List<String> columns, List<String> key) {
        this(
                columns,
                key.stream().map(columns::indexOf).toList(),
                new TreeMap<>(MemoryTable::compare),
                new TreeMap<>(MemoryTable::compare));
    }

    private MemoryTable(
            List<String> columns,
            List<Integer> key,
            Map<List<@Nullable String>, StoredRow> rows,
            Map<List<@Nullable String>, RowVersion> tombstones) {
        this.columns = columns;
        this.key = key;
        this.rows = rows;
        this.tombstones = tombstones;
    }

    private static int compare(List<@Nullable String> one, List<@Nullable String> other) {
        return one.toString().compareTo(other.toString());
    }

    MemoryTable copy() {
        Map<List<@Nullable String>, StoredRow> rowsNow = new TreeMap<>(MemoryTable::compare);
        rowsNow.putAll(rows);
        Map<List<@Nullable String>, RowVersion> tombstonesNow = new TreeMap<>(MemoryTable::compare);
        tombstonesNow.putAll(tombstones);
        return new MemoryTable(columns, key, rowsNow, tombstonesNow);
    }

    List<String> columns() {
        return columns;
    }

    List<Integer> key() {
        return key;
    }

    Map<List<@Nullable String>, StoredRow> rows() {
        return Collections.unmodifiableMap(rows);
    }

    Map<List<@Nullable String>, RowVersion> tombstones() {
        return Collections.unmodifiableMap(tombstones);
    }

    private List<@Nullable String> keyOf(StoredRow row) {
        if (key.isEmpty()) {
            return List.of(row.version().text());
        }
        List<@Nullable String> values = new ArrayList<>();
        key.forEach(column -> values.add(row.values().get(column)));
        return values;
    }

    /** {@code UpsertSql.complete}. */
    int upsertComplete(List<StoredRow> changes) throws SQLException {
        int count = 0;
        Set<List<@Nullable String>> affected = new HashSet<>();
        for (StoredRow change : changes) {
            StoredRow target = rows.get(keyOf(change));
            requireOnce(affected, keyOf(change));
            if (target == null || target.version().isBelow(change.version())) {
                rows.put(keyOf(change), change);
                count++;
            }
        }
        return count;
    }

    /** {@code UpsertSql.partial}. */
    int upsertPartial(List<StoredRow> changes, boolean looksAtTombstones) throws SQLException {
        int count = 0;
        Set<List<@Nullable String>> affected = new HashSet<>();
        for (StoredRow change : changes) {
            List<@Nullable String> at = keyOf(change);
            RowVersion tombstone = tombstones.get(at);
            if (looksAtTombstones && tombstone != null && change.version().isBelow(tombstone)) {
                continue;
            }
            requireOnce(affected, at);
            StoredRow target = rows.get(at);
            if (target == null) {
                rows.put(at, change);
                count++;
            } else if (target.version().isBelow(change.version()) || carriesNewer(change, target)) {
                rows.put(at, merged(target, change));
                count++;
            }
        }
        return count;
    }

    private static void requireOnce(Set<List<@Nullable String>> affected, List<@Nullable String> at)
            throws SQLException {
        if (!affected.add(at)) {
            throw new SQLException("ON CONFLICT DO UPDATE command cannot affect row a second time", AFFECTED_TWICE);
        }
    }

    /** {@code idem.carries_newer}. */
    private static boolean carriesNewer(StoredRow change, StoredRow target) {
        return target.carried().entrySet().stream()
                .anyMatch(entry -> change.carrier(entry.getKey()).compareTo(entry.getValue()) > 0);
    }

    private StoredRow merged(StoredRow target, StoredRow change) {
        boolean newer = target.version().isBelow(change.version());
        RowVersion version = newer ? change.version() : target.version();
        List<@Nullable String> values = new ArrayList<>(target.values());
        Map<String, String> carried = new TreeMap<>();
        for (int i = 0; i < columns.size(); i++) {
            if (key.contains(i)) {
                continue;
            }
            String column = columns.get(i);
            boolean fromChange = change.carrier(column).compareTo(target.carrier(column)) > 0;
            String carrier = fromChange ? change.carrier(column) : target.carrier(column);
            values.set(i, fromChange ? change.values().get(i) : target.values().get(i));
            if (!carrier.equals(version.text())) {
                carried.put(column, carrier);
            }
        }
        return new StoredRow(values, version, carried);
    }

    /** {@code DeleteSql.byKey}. */
    int delete(Map<List<@Nullable String>, RowVersion> changes) {
        int count = 0;
        for (Map.Entry<List<@Nullable String>, RowVersion> change : changes.entrySet()) {
            tombstones.merge(change.getKey(), change.getValue(), (was, now) -> was.isBelow(now) ? now : was);
            count += removeBelow(change.getKey(), change.getValue());
        }
        return count;
    }

    /** {@code DeleteSql.takeOut}. */
    int takeOut(Map<List<@Nullable String>, RowVersion> changes) {
        int count = 0;
        for (Map.Entry<List<@Nullable String>, RowVersion> change : changes.entrySet()) {
            count += removeBelow(change.getKey(), change.getValue());
        }
        return count;
    }

    private int removeBelow(List<@Nullable String> at, RowVersion version) {
        StoredRow target = rows.get(at);
        if (target == null || !target.version().isBelow(version)) {
            return 0;
        }
        rows.remove(at);
        return 1;
    }

    /** {@code DeleteSql.forgetEarlierLife}. */
    int forgetEarlierLife(Map<List<@Nullable String>, RowVersion> changes) {
        int count = 0;
        for (Map.Entry<List<@Nullable String>, RowVersion> change : changes.entrySet()) {
            StoredRow row = rows.get(change.getKey());
            String bound = change.getValue().text();
            if (row != null && row.carriesBelow(bound)) {
                rows.put(change.getKey(), forgetting(row, bound));
                count++;
            }
        }
        return count;
    }

    /** {@code DeleteSql.belowFloor}. */
    int deleteBelow(RowVersion floor) {
        int before = rows.size();
        rows.values().removeIf(row -> row.version().isBelow(floor));
        return before - rows.size();
    }

    /** {@code DeleteSql.forgetBelowFloor}. */
    int forgetBelow(RowVersion floor) {
        int count = 0;
        for (Map.Entry<List<@Nullable String>, StoredRow> entry : rows.entrySet()) {
            if (entry.getValue().carriesBelow(floor.text())) {
                entry.setValue(forgetting(entry.getValue(), floor.text()));
                count++;
            }
        }
        return count;
    }

    private StoredRow forgetting(StoredRow row, String bound) {
        List<@Nullable String> values = new ArrayList<>(row.values());
        Map<String, String> carried = new TreeMap<>();
        row.carried().forEach((column, carrier) -> {
            boolean below = carrier.compareTo(bound) < 0;
            carried.put(column, below ? "" : carrier);
            if (below) {
                values.set(columns.indexOf(column), null);
            }
        });
        return new StoredRow(values, row.version(), carried);
    }

    /** {@code KeylessSql.insert}. */
    int insertKeyless(List<StoredRow> changes, boolean looksAtRemoved) {
        int count = 0;
        for (StoredRow change : changes) {
            boolean removed = looksAtRemoved && tombstones.containsKey(keyOf(change));
            if (!removed && rows.putIfAbsent(keyOf(change), change) == null) {
                count++;
            }
        }
        return count;
    }

    /** {@code KeylessSql.remove}; the tombstones of a keyless table tell for each row which change removed it. */
    int removeKeyless(RowVersion version, List<@Nullable String> content) {
        if (tombstones.containsValue(version)) {
            return 0;
        }
        Predicate<StoredRow> fits =
                row -> row.version().isBelow(version) && row.values().equals(content);
        StoredRow victim = rows.values().stream()
                .filter(fits)
                .max((one, other) -> one.version().compareTo(other.version()))
                .orElse(null);
        if (victim == null) {
            return 0;
        }
        tombstones.put(keyOf(victim), version);
        rows.remove(keyOf(victim));
        return 1;
    }

    /** {@code PurgeSql.forget}. */
    int forgetDeletes(RowVersion below) {
        int before = tombstones.size();
        tombstones.values().removeIf(version -> version.isBelow(below));
        return before - tombstones.size();
    }

    /** {@code CarrySql.lookup}: the row of a key; null where there is none. */
    @Nullable
    StoredRow find(List<@Nullable String> at) {
        return rows.get(at);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof MemoryTable that && rows.equals(that.rows) && tombstones.equals(that.tombstones);
    }

    @Override
    public int hashCode() {
        return Objects.hash(rows, tombstones);
    }
}
