package dev.idem.simulation;

import dev.idem.apply.ReplayWriter;
import dev.idem.change.Change;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.change.Version;
import dev.idem.consume.EventFinder;
import dev.idem.consume.LogCoordinates;
import dev.idem.consume.LogEvent;
import dev.idem.control.ReplayCount;
import dev.idem.testing.memory.RowVersion;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * No delete is forgotten that something in the log could undo.
 *
 * <p><i>Threads:</i> one thread.
 */
final class RememberedDeletes {

    private final World world;
    private final Map<TableId, Map<List<@Nullable String>, RowVersion>> ever = new HashMap<>();
    private final Map<TableId, Integer> lastSizes = new HashMap<>();

    RememberedDeletes(World world) {
        this.world = world;
    }

    /** Notes what the warehouse remembers now; where it has forgotten something, that must have been allowed. */
    void take() {
        boolean forgot = false;
        for (TableDefinition table : SourceTables.ALL) {
            Map<List<@Nullable String>, RowVersion> now = world.warehouse().tombstones(place(table));
            Map<List<@Nullable String>, RowVersion> all = ever.computeIfAbsent(table.table(), id -> new HashMap<>());
            now.forEach(
                    (key, version) -> all.merge(key, version, (one, other) -> one.compareTo(other) < 0 ? other : one));
            Integer before = lastSizes.put(table.table(), now.size());
            forgot |= before != null && now.size() < before;
        }
        if (forgot) {
            check();
        }
    }

    private static String place(TableDefinition table) {
        return "\"public\".\"" + table.table().name() + '"';
    }

    /** Every event that the log holds and that a forgotten delete is newer than lies below its table's floor. */
    void check() {
        List<LogEvent.Decoded> held = held();
        for (TableDefinition table : SourceTables.ALL) {
            Map<List<@Nullable String>, RowVersion> forgotten =
                    new HashMap<>(ever.getOrDefault(table.table(), Map.of()));
            world.warehouse().tombstones(place(table)).forEach(forgotten::remove);
            RowVersion floor = world.warehouse().floor(place(table));
            for (LogEvent.Decoded event : held) {
                if (event.definition().table().equals(table.table())) {
                    check(event.change(), forgotten, floor);
                }
            }
        }
    }

    private static void check(Change change, Map<List<@Nullable String>, RowVersion> forgotten, RowVersion floor) {
        Version version = change.version();
        RowVersion comes = new RowVersion(version.epoch(), version.lsn().value(), version.ordinal());
        if (comes.compareTo(floor) < 0) {
            return;
        }
        boolean undoes = change.match(
                upsert -> isBelow(comes, forgotten.get(upsert.key().values())),
                delete -> false,
                truncate -> false,
                row -> forgotten.containsValue(comes) || forgotten.containsKey(List.of(comes.text())));
        Invariants.require(!undoes, "a delete is forgotten that " + version + " in the log undoes, floor " + floor);
    }

    private static boolean isBelow(RowVersion comes, @Nullable RowVersion delete) {
        return delete != null && comes.compareTo(delete) < 0;
    }

    /** The committed events that the log holds, in the source's order. */
    private List<LogEvent.Decoded> held() {
        List<LogEvent.Decoded> held = new ArrayList<>();
        try (EventFinder finder = new EventFinder(world.faultless(), world.topics(), "finder")) {
            for (TableDefinition table : SourceTables.ALL) {
                String topic = world.topics().of(table.table());
                world.log().all().stream()
                        .filter(partition -> partition.topic().equals(topic))
                        .forEach(partition -> addHeld(finder, partition, held));
            }
        }
        held.sort(Comparator.comparing(event -> event.change().version()));
        return held;
    }

    private void addHeld(EventFinder finder, TopicPartition partition, List<LogEvent.Decoded> held) {
        long end = world.log().stableEnd(partition);
        for (long offset = world.log().beginning(partition); offset < end; offset++) {
            SimulatedLog.Visible record = world.log().committed(partition, offset);
            if (record != null && record.value() != null) {
                Optional<LogEvent> event =
                        finder.find(new LogCoordinates(partition.topic(), partition.partition(), offset));
                held.add((LogEvent.Decoded) event.orElseThrow());
            }
        }
    }

    /** What the log still holds changes nothing when it comes again, together and each event alone. */
    void replayWhatIsLeft() {
        List<LogEvent> held = List.copyOf(held());
        try (ReplayWriter writer = SimulatedSink.replayWriter(world)) {
            requireUnchanged(writer.rehearse(held), "all that is left");
            held.forEach(event -> requireUnchanged(writer.rehearse(List.of(event)), event.coordinates()));
        }
    }

    private static void requireUnchanged(Map<TableId, ReplayCount> counts, Object what) {
        boolean unchanged = counts.values().stream().allMatch(count -> count.changed() == 0 && count.refused() == 0);
        Invariants.require(unchanged, "replaying " + what + " changes the warehouse: " + counts);
    }
}
