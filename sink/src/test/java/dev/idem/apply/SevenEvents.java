package dev.idem.apply;

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
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Seven things that happen to a row in an order that a source permits, told for any number of rows alike: an insert,
 * updates with and without the large column, a change of the key, a delete, another insert, a truncate.
 *
 * <p>Row {@code n} has the keys {@code 2n} and {@code 2n + 1}; a change of the key goes from one to the other.
 */
final class SevenEvents {

    /** What happens. */
    enum Kind {
        INSERT,
        UPDATE,
        UPDATE_WITHOUT_LARGE,
        KEY_CHANGE,
        DELETE,
        INSERT_AGAIN,
        TRUNCATE
    }

    /** Whether a change of the key carries the large column. */
    enum KeyChanges {
        CARRY_ALL,
        LEAVE_LARGE_OUT
    }

    private static final String BODY = "body";
    private static final Set<Kind> CARRY_LARGE = EnumSet.of(Kind.INSERT, Kind.INSERT_AGAIN, Kind.UPDATE);

    private final List<Kind> kinds;
    private final KeyChanges keyChanges;
    private final List<List<Change>> ofRowZero = new ArrayList<>();
    private @Nullable List<ColumnValue> live;
    private int liveKey;

    private SevenEvents(List<Kind> kinds, KeyChanges keyChanges, Random random) {
        this.kinds = kinds;
        this.keyChanges = keyChanges;
        for (int i = 0; i < kinds.size(); i++) {
            ofRowZero.add(event(kinds.get(i), i, random));
        }
    }

    /** A random history. */
    static SevenEvents random(Random random, KeyChanges keyChanges) {
        List<Kind> kinds = new ArrayList<>(Arrays.asList(Kind.values()));
        do {
            Collections.shuffle(kinds, random);
        } while (!isPossible(kinds));
        return new SevenEvents(kinds, keyChanges, random);
    }

    /** A random history that leaves a row: what takes it wrongly shows in it. */
    static SevenEvents endingInARow(Random random, KeyChanges keyChanges) {
        SevenEvents events = random(random, keyChanges);
        while (events.lastValues() == null) {
            events = random(random, keyChanges);
        }
        return events;
    }

    private static boolean isPossible(List<Kind> kinds) {
        boolean isLive = false;
        if (kinds.indexOf(Kind.INSERT) > kinds.indexOf(Kind.INSERT_AGAIN)) {
            return false;
        }
        for (Kind kind : kinds) {
            boolean inserts = kind == Kind.INSERT || kind == Kind.INSERT_AGAIN;
            if (kind != Kind.TRUNCATE && inserts == isLive) {
                return false;
            }
            isLive = kind != Kind.TRUNCATE && kind != Kind.DELETE;
        }
        return !kinds.get(0).equals(Kind.TRUNCATE);
    }

    /** The table of that name. */
    static TableDefinition table(String name) {
        return new TableDefinition(
                new TableId("public", name),
                1,
                16_384,
                List.of(
                        ColumnDefinition.plain("id", "bigint", 1, true, false),
                        ColumnDefinition.plain("small", "integer", 2, true, false),
                        ColumnDefinition.plain(BODY, "text", 3, true, true)),
                List.of("id"),
                ReplicaIdentity.DEFAULT,
                List.of());
    }

    /** The kinds in the source's order. */
    List<Kind> kinds() {
        return kinds;
    }

    /** Where the truncate stands in the source's order. */
    int truncate() {
        return kinds.indexOf(Kind.TRUNCATE);
    }

    /**
     * Whether of the changes that carry the large column the last one that comes before a change of the key is the
     * youngest of them, if one comes at all: a log that is read from any place tells them so.
     */
    boolean tellsTheYoungestBeforeTheKeyChange(List<Integer> order) {
        int keyChange = kinds.indexOf(Kind.KEY_CHANGE);
        int youngest = keyChange - 1;
        while (!CARRY_LARGE.contains(kinds.get(youngest))) {
            youngest--;
        }
        int last = youngest;
        for (int event : order) {
            if (event == keyChange && last != youngest) {
                return false;
            }
            if (event < keyChange && CARRY_LARGE.contains(kinds.get(event))) {
                last = event;
            }
        }
        return true;
    }

    /** The changes of an event for a row; a change of the key has two. */
    List<Change> changes(int event, int row) {
        return ofRowZero.get(event).stream().map(change -> of(change, row)).toList();
    }

    /** The row at the end, without its key; null where there is none. */
    @Nullable
    List<ColumnValue> lastValues() {
        return live == null ? null : live.subList(1, live.size());
    }

    /** The key of the row at the end. */
    int lastKey(int row) {
        return 2 * row + liveKey;
    }

    private List<Change> event(Kind kind, int place, Random random) {
        Version first = new Version(1, new Lsn(0xFFFF_FFF0L + 8L * place), 1);
        ColumnValue small = ColumnValue.of(String.valueOf(place));
        ColumnValue body = ColumnValue.of(BODY + place);
        switch (kind) {
            case INSERT, INSERT_AGAIN -> {
                liveKey = random.nextInt(2);
                live = List.of(key(liveKey), small, body);
                return List.of(upsert(first, live, Optional.empty()));
            }
            case UPDATE -> {
                live = List.of(key(liveKey), small, body);
                return List.of(upsert(first, live, Optional.empty()));
            }
            case UPDATE_WITHOUT_LARGE -> {
                live = List.of(key(liveKey), small, live().get(2));
                return List.of(upsert(first, List.of(key(liveKey), small, ColumnValue.UNAVAILABLE), Optional.empty()));
            }
            case KEY_CHANGE -> {
                return keyChange(first, small);
            }
            case DELETE -> {
                live = null;
                return List.of(new Change.Delete(first, rowKey(liveKey)));
            }
            case TRUNCATE -> {
                live = null;
                return List.of(new Change.Truncate(first));
            }
        }
        throw new AssertionError(kind);
    }

    private List<Change> keyChange(Version first, ColumnValue small) {
        RowKey before = rowKey(liveKey);
        liveKey = 1 - liveKey;
        live = List.of(key(liveKey), small, live().get(2));
        ColumnValue large = keyChanges == KeyChanges.CARRY_ALL ? live.get(2) : ColumnValue.UNAVAILABLE;
        Version second = new Version(first.epoch(), first.lsn(), 2);
        return List.of(
                new Change.Delete(first, before),
                upsert(second, List.of(key(liveKey), small, large), Optional.of(before)));
    }

    private List<ColumnValue> live() {
        if (live == null) {
            throw new AssertionError("no row");
        }
        return live;
    }

    private static Change upsert(Version version, List<ColumnValue> row, Optional<RowKey> movedFrom) {
        return new Change.Upsert(version, RowKey.of(((ColumnValue.Text) row.get(0)).value()), Row.of(row), movedFrom);
    }

    private static ColumnValue key(int key) {
        return ColumnValue.of(String.valueOf(key));
    }

    private static RowKey rowKey(int key) {
        return RowKey.of(String.valueOf(key));
    }

    private static Change of(Change ofZero, int row) {
        return ofZero.match(
                upsert -> upsert(
                        upsert.version(),
                        List.of(
                                key(2 * row + number(upsert.key())),
                                upsert.row().get(1),
                                upsert.row().get(2)),
                        upsert.movedFrom().map(from -> rowKey(2 * row + number(from)))),
                delete -> new Change.Delete(delete.version(), rowKey(2 * row + number(delete.key()))),
                truncate -> truncate,
                keyless -> keyless);
    }

    private static int number(RowKey key) {
        return Integer.parseInt(String.valueOf(key.values().get(0)));
    }

    @Override
    public String toString() {
        return kinds + ", key changes " + keyChanges;
    }
}
