package dev.idem.reduce;

import dev.idem.change.Change;
import dev.idem.change.ColumnValue;
import dev.idem.change.RowKey;
import dev.idem.change.TableDefinition;
import dev.idem.change.Version;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The changes of one table in one batch, reduced as they come: a floor, and a state for each key.
 *
 * <p>Changes come in the source's order. Only key changes need that order (they look at what the batch knows of the old
 * key); everything else is the merging of states.
 *
 * <p><i>Threads:</i> one thread.
 */
public final class TableBatch {

    private final TableDefinition definition;
    private final Map<RowKey, KeyState> states = new LinkedHashMap<>();
    private final Map<RowKey, KeyState> buried = new HashMap<>();
    private final Map<RowKey, CarryRequest> carries = new HashMap<>();
    private final List<Change.Keyless> keyless = new ArrayList<>();
    private final @Nullable Version knownFloor;
    private @Nullable Version floor;
    private @Nullable Version lowest;
    private @Nullable Version highest;
    private long events;
    private long characters;

    /**
     * An empty batch.
     *
     * @param definition the table as the warehouse follows it; every change must have its shape
     * @param knownFloor the floor that the table already has; what comes below it is ignored
     */
    public TableBatch(TableDefinition definition, @Nullable Version knownFloor) {
        this.definition = definition;
        this.knownFloor = knownFloor;
        this.floor = knownFloor;
    }

    /** Takes in the next change. */
    public void add(Change change) {
        events++;
        note(change.version());
        characters += change.characters();
        change.<@Nullable Void>match(this::upsert, this::delete, this::truncate, this::keyless);
    }

    /** Raises the floor: what has a lower version does not exist. */
    public void raiseFloor(Version version) {
        if (floor != null && !floor.isBefore(version)) {
            return;
        }
        floor = version;
        note(version);
        states.entrySet().removeIf(entry -> {
            KeyState left = entry.getValue().above(version);
            if (left != null) {
                entry.setValue(left);
            }
            return left == null;
        });
        keyless.removeIf(change -> change.version().isBefore(version));
        buried.clear();
        carries.values().removeIf(carry -> carry.version().isBefore(version));
    }

    private void note(Version version) {
        lowest = lowest == null || version.isBefore(lowest) ? version : lowest;
        highest = highest == null || version.isAfter(highest) ? version : highest;
    }

    private @Nullable Void upsert(Change.Upsert change) {
        KeyState state = KeyState.upserted(change.version(), change.row());
        if (change.movedFrom().isPresent() && !state.isComplete()) {
            state = carry(change, state, change.movedFrom().get());
        }
        merge(change.key(), state);
        return null;
    }

    private @Nullable Void delete(Change.Delete change) {
        KeyState state = states.get(change.key());
        if (state != null && state.isLive()) {
            buried.put(change.key(), state);
        }
        merge(change.key(), KeyState.deleted(change.version()));
        return null;
    }

    private @Nullable Void truncate(Change.Truncate change) {
        raiseFloor(change.version());
        return null;
    }

    private @Nullable Void keyless(Change.Keyless change) {
        if (floor == null || !change.version().isBefore(floor)) {
            keyless.add(change);
        }
        return null;
    }

    private void merge(RowKey key, KeyState state) {
        KeyState left = floor == null ? state : state.above(floor);
        if (left != null) {
            states.merge(key, left, KeyState::merge);
        }
    }

    /**
     * Fills what a key change left out with what the batch knows of the old key, and asks the warehouse for the rest.
     */
    private KeyState carry(Change.Upsert change, KeyState state, RowKey from) {
        KeyState old = buried.get(from);
        KeyState filled = state;
        if (old != null) {
            for (int i = 0; i < old.columns(); i++) {
                if (state.carrier(i) == null && old.carrier(i) != null) {
                    filled = filled.filled(i, old.value(i), change.version());
                }
            }
        }
        if (!filled.isWhole()) {
            carries.put(change.key(), request(change, from, old));
        }
        return filled;
    }

    private CarryRequest request(Change.Upsert change, RowKey from, @Nullable KeyState old) {
        CarryRequest earlier = carries.get(from);
        Version deletedAt = old == null ? null : old.deletedAt();
        Version since = earlier == null ? deletedAt : earlier.version();
        return new CarryRequest(change.key(), change.version(), from, since, earlier);
    }

    /** Whether the row that a {@link CarryRequest} asks for is there and lacks the column. */
    public boolean lacks(CarryRequest request, int column) {
        KeyState state = states.get(request.key());
        return state != null && state.isLive() && state.carrier(column) == null;
    }

    /** Fills a value that a {@link CarryRequest} asked for. */
    public void fill(CarryRequest request, int column, ColumnValue value) {
        states.computeIfPresent(request.key(), (key, state) -> state.filled(column, value, request.version()));
    }

    /** The definition that the changes were made under. */
    public TableDefinition definition() {
        return definition;
    }

    /** The floor that the batch raises; null where it raises none. */
    public @Nullable Version floor() {
        return Objects.equals(floor, knownFloor) ? null : floor;
    }

    /** True where every change that came in is newer than {@code version}. */
    public boolean isNewerThan(Version version) {
        return lowest == null || lowest.isAfter(version);
    }

    /** The highest version that came in, a floor's among them; null where nothing came. */
    public @Nullable Version highest() {
        return highest;
    }

    /** What the warehouse's rows under old keys must give to rows that are there in the end. */
    public List<CarryRequest> carries() {
        return carries.values().stream().filter(this::isOpen).toList();
    }

    private boolean isOpen(CarryRequest request) {
        KeyState state = states.get(request.key());
        return state != null && state.isLive() && !state.isWhole();
    }

    /** The changes of a table without a key, in order. */
    public List<Change.Keyless> keyless() {
        return keyless;
    }

    /** How many keys there are. */
    public int keys() {
        return states.size();
    }

    /** How many changes came in. */
    public long events() {
        return events;
    }

    /** What the values that came in roughly cost in memory, in characters. */
    public long characters() {
        return characters;
    }

    /** Shows each key with its state, in the order in which the keys first came. */
    public void forEach(BiConsumer<RowKey, KeyState> action) {
        states.forEach(action);
    }
}
