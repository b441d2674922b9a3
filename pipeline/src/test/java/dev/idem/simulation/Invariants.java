package dev.idem.simulation;

import dev.idem.change.ColumnValue;
import dev.idem.change.Cut;
import dev.idem.change.CutCodec;
import dev.idem.change.Lsn;
import dev.idem.change.TableDefinition;
import dev.idem.change.Version;
import dev.idem.testing.memory.MemoryWarehouse;
import dev.idem.testing.memory.StoredRow;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * What must hold at every moment, and at the end.
 *
 * <p><i>Threads:</i> one thread.
 */
final class Invariants {

    private final World world;
    private final CutCodec codec = new CutCodec();
    private final RememberedDeletes deletes;
    private final List<Cut> cuts = new ArrayList<>();
    private long cutsRead;
    private long checkedCommits;
    private Version reached = new Version(0, Lsn.ZERO, 0);

    Invariants(World world) {
        this.world = world;
        this.deletes = new RememberedDeletes(world);
    }

    /** By partition of the tables' topics up to where the cuts that the warehouse has read lie. */
    Map<TopicPartition, Long> appliedUpTo() {
        MemoryWarehouse.Position position =
                world.warehouse().position(world.topics().pipeline());
        Map<TopicPartition, Long> applied = new HashMap<>();
        cuts().stream()
                .filter(cut -> position != null && cut.number() <= position.cut())
                .forEach(cut -> cut.ranges()
                        .forEach((topic, ranges) -> ranges.forEach((partition, range) ->
                                applied.merge(new TopicPartition(topic, partition), range.to(), Math::max))));
        return applied;
    }

    /** The committed cuts so far. */
    List<Cut> cuts() {
        TopicPartition partition = new TopicPartition(world.topics().progress(), 0);
        if (world.log().hasTopic(partition.topic())) {
            // What is undecided now may be committed later, so reading goes on only behind what is decided.
            while (cutsRead < world.log().stableEnd(partition)) {
                SimulatedLog.Visible record = world.log().committed(partition, cutsRead++);
                if (record != null) {
                    cuts.add(codec.decode(Objects.requireNonNull(record.value())));
                }
            }
        }
        return cuts;
    }

    /** The slot may be told only of what the log holds. */
    void requireDurable(Version position) {
        world.log().writeMarkers(Integer.MAX_VALUE);
        boolean durable = cuts().stream()
                .anyMatch(cut -> !cut.highestVersion().isBefore(position) && cut.kind() != Cut.Kind.SNAPSHOT);
        require(durable, "the slot was told of " + position + ", which is not in the log");
    }

    /** After each commit of the warehouse its tables are the source's as of the position that it names. */
    void check() {
        MemoryWarehouse warehouse = world.warehouse();
        MemoryWarehouse.Position position = warehouse.position(world.topics().pipeline());
        if (warehouse.commits() == checkedCommits || position == null) {
            return;
        }
        checkedCommits = warehouse.commits();
        deletes.take();
        Version now = new Version(position.epoch(), Lsn.parse(position.lsn()), 0);
        require(!now.isBefore(reached), "the position fell from " + reached + " to " + now);
        reached = now;
        require(warehouse.deadLetters().isEmpty(), "events were set aside: " + warehouse.deadLetters());
        if (position.consistent()) {
            SourceTables source = world.history(now.epoch()).asOf(now.lsn());
            SourceTables.ALL.stream()
                    .filter(table -> !isAhead(table, now))
                    .forEach(table -> compare(table, source, "at " + now));
        }
    }

    private boolean isAhead(TableDefinition table, Version now) {
        String ahead = world.warehouse().ahead().getOrDefault(table.table().name(), "0/0/0");
        return Version.parse(ahead + "/0").isAfter(now);
    }

    private void compare(TableDefinition table, SourceTables source, String when) {
        List<String> expected = texts(source.rows(table));
        List<String> found = new ArrayList<>();
        for (StoredRow row : world.warehouse()
                .rows("\"public\".\"" + table.table().name() + '"')
                .values()) {
            found.add(String.valueOf(row.values()));
            require(row.missing().isEmpty(), "a row of " + table.table() + " misses " + row.missing() + ' ' + when);
        }
        Collections.sort(found);
        require(
                found.equals(expected),
                table.table() + " differs " + when + ": the warehouse has " + found + ", the source " + expected);
    }

    private static List<String> texts(List<List<ColumnValue>> rows) {
        return rows.stream()
                .map(row -> String.valueOf(row.stream().map(Invariants::text).toList()))
                .sorted()
                .toList();
    }

    private static @Nullable String text(ColumnValue value) {
        return value instanceof ColumnValue.Text text ? text.value() : "null";
    }

    /** Whether the warehouse has come to where the source is. */
    @SuppressWarnings("ReferenceEquality") // two histories may look alike, and only one is the source's
    boolean hasConverged() {
        MemoryWarehouse.Position position =
                world.warehouse().position(world.topics().pipeline());
        List<SourceTransaction> wal = world.source().history().wal();
        List<Cut> all = cuts();
        return position != null
                && position.consistent()
                && !wal.isEmpty()
                && world.histories().get(position.epoch()) == world.source().history()
                && Lsn.parse(position.lsn()).compareTo(wal.get(wal.size() - 1).end()) >= 0
                && position.cut() == all.get(all.size() - 1).number();
    }

    /** The tables are the source's, and the log holds each change. */
    void checkEnd() {
        SourceTables.ALL.forEach(table -> compare(table, world.source().tables(), "at the end"));
        new LogCheck(world, cuts()).check();
        deletes.check();
        deletes.replayWhatIsLeft();
    }

    static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
