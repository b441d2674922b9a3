package dev.idem.apply;

import dev.idem.apply.PurgeTable.Entry;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.change.Version;
import dev.idem.consume.CutFollower;
import dev.idem.consume.LogRetention;
import dev.idem.control.ReplayTable;
import dev.idem.error.PipelineException;
import dev.idem.sql.PurgeSql;
import dev.idem.target.ReplicatedTable;
import dev.idem.warehouse.WarehouseFailure;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forgets deletes that the log can no longer undo: looks at the log from time to time, and what the look before has
 * shown to be behind goes, a part of a table at a time, between the sink's own transactions.
 *
 * <p><i>Threads:</i> the writer's thread, except {@link #wakeup}.
 *
 * <p><i>Fails:</i> with what is no matter of the log or of one table. Each transaction happened whole or not at all,
 * and what is left is done after a later look.
 */
final class TombstonePurge implements AutoCloseable {

    /*
     * A look takes the sink's position, then reads the log (LogRetention), then asks where the topic of the cuts ends. It
     * counts once the sink has applied every cut below that: PurgeRule says why. What it showed holds for good, since what
     * left the log does not come back; what changes in the warehouse (floors, re-reads, parked tables, replays) is looked
     * at in the transaction that forgets. It is used no sooner than the next look is due, so that a broker that takes over
     * and is a moment behind in what it has removed brings nothing back.
     */

    private static final Logger LOG = LoggerFactory.getLogger(TombstonePurge.class);

    /** Of 8 KiB: some 50,000 deletes. */
    private static final long BLOCKS_A_STEP = 512;

    private final WarehouseWriter writer;
    private final LogRetention retention;
    private final CutFollower cuts;
    private final Optional<Duration> interval;
    private final PurgeTable entries;
    private final ReplayTable replays;
    private final Deque<Part> parts = new ArrayDeque<>();
    private final Map<Long, TableDefinition> looked = new HashMap<>();
    private State state = State.IDLE;
    private Version applied;
    private long due;

    /** From IDLE to LOOKING to WAITING to PURGING to IDLE; back to IDLE where a look fails. */
    private enum State {
        /** Nothing is known of the log. */
        IDLE,
        /** The log is being read. */
        LOOKING,
        /** The look is complete; what it has seen is to be applied first. */
        WAITING,
        /** Deletes are being forgotten. */
        PURGING
    }

    /** What is left of a table, from a block on; {@code below} is the lowest bound that was used so far. */
    private record Part(Entry entry, long block, @Nullable Version below) {}

    /**
     * A purge that looks first when an interval has passed.
     *
     * @param cuts what the sink applies; nothing that it has handed out is unapplied when {@link #runOnce} is called
     * @param interval between looks; empty where all deletes are kept
     */
    TombstonePurge(
            WarehouseWriter writer,
            LogRetention retention,
            CutFollower cuts,
            String pipeline,
            Optional<Duration> interval) {
        this.writer = writer;
        this.retention = retention;
        this.cuts = cuts;
        this.interval = interval;
        this.entries = new PurgeTable(pipeline);
        this.replays = new ReplayTable(pipeline);
        this.applied = writer.progress().highestApplied();
        restAWhile();
    }

    /** Does a little; true where there is more to do at once. */
    boolean runOnce() {
        boolean isDue = interval.isPresent() && System.nanoTime() - due >= 0;
        return switch (state) {
            case IDLE -> isDue && begin();
            case LOOKING -> ofLog(this::readOn);
            case WAITING -> isDue && cuts.hasReached(retention.cutsEnd()) && plan();
            case PURGING -> purge();
        };
    }

    private void restAWhile() {
        due = System.nanoTime() + interval.orElse(Duration.ZERO).toNanos();
    }

    /** The log may not answer; the sink itself finds out what that means to it. */
    private boolean ofLog(BooleanSupplier look) {
        try {
            return look.getAsBoolean();
        } catch (PipelineException e) {
            LOG.warn("deletes are kept, since the log could not be looked at reason=\"{}\"", e.getMessage());
            state = State.IDLE;
            restAWhile();
            return false;
        }
    }

    private boolean begin() {
        applied = writer.progress().highestApplied();
        looked.clear();
        writer.aside("looking for deletes to forget", entries::all)
                .forEach(entry -> table(entry.id()).ifPresent(table -> looked.put(table.id(), table.definition())));
        boolean begun = !looked.isEmpty() && ofLog(() -> retention.begin(looked.values()));
        if (begun) {
            state = State.LOOKING;
        } else {
            restAWhile();
        }
        return begun;
    }

    private boolean readOn() {
        if (retention.readOn()) {
            state = State.WAITING;
            restAWhile();
            return false;
        }
        return true;
    }

    private Optional<ReplicatedTable> table(long id) {
        return writer.targets().all().stream().filter(table -> table.id() == id).findFirst();
    }

    /** Tells which tables are left out, and finds out which have something to forget. */
    private boolean plan() {
        writer.aside("looking for deletes to forget", handle -> {
            Function<ReplicatedTable, @Nullable String> obstacles = obstacles(handle);
            for (Entry entry : entries.all(handle)) {
                table(entry.id()).ifPresent(table -> plan(handle, entry, table, obstacles.apply(table)));
            }
            return true;
        });
        state = State.PURGING;
        return true;
    }

    private void plan(Handle handle, Entry entry, ReplicatedTable table, @Nullable String obstacle) {
        if (!Objects.equals(obstacle, entry.waits())) {
            entries.waits(handle, entry.id(), obstacle);
        }
        Version below = below(table);
        boolean isMore = below != null && (entry.below() == null || below.isAfter(entry.below()));
        if (obstacle == null && isMore) {
            parts.add(new Part(entry, 0, null));
        }
    }

    /** Why a table is left out now, whatever the log holds; null where it is not. */
    private Function<ReplicatedTable, @Nullable String> obstacles(Handle handle) {
        Map<TableId, Long> inReplay = replays.running(handle).stream()
                .flatMap(replay -> replay.tables().keySet().stream().map(table -> Map.entry(table, replay.id())))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, Math::min));
        return table -> {
            if (!wasLookedAt(table)) {
                return "the log was not looked at for it yet";
            }
            Set<TableId> names = retention.names(table.definition());
            if (names.stream().anyMatch(writer::leavesOut)) {
                return "the table is parked";
            }
            if (retention.isToBeReread(table.definition())) {
                return "the table is being read anew";
            }
            return names.stream()
                    .filter(inReplay::containsKey)
                    .findFirst()
                    .map(name -> "replay " + inReplay.get(name) + " is not at its end")
                    .orElse(null);
        };
    }

    /** What the look tells is of the topics that the table had by its name and relation then. */
    private boolean wasLookedAt(ReplicatedTable table) {
        TableDefinition then = looked.get(table.id());
        return then != null
                && then.table().equals(table.definition().table())
                && then.relation() == table.definition().relation();
    }

    private @Nullable Version below(ReplicatedTable table) {
        return PurgeRule.below(
                applied,
                retention.first(table.definition()).orElse(null),
                writer.rereadsLieBelow(table.definition().table()),
                table.floor());
    }

    /** Forgets a part of a table. */
    private boolean purge() {
        Part part = parts.poll();
        if (part == null) {
            state = State.IDLE;
            return false;
        }
        Optional<ReplicatedTable> table = table(part.entry().id());
        if (table.isPresent()) {
            try {
                Optional<Part> rest = writer.aside(
                        "forgetting deletes of table " + table.get().target(),
                        handle -> purge(handle, part, table.get()));
                rest.ifPresent(parts::addFirst);
            } catch (PipelineException e) {
                if (!WarehouseFailure.concernsTable(e)) {
                    throw e;
                }
                LOG.warn("deletes are kept table={} reason=\"{}\"", table.get().target(), e.getMessage());
            }
        }
        return true;
    }

    /** What is left of the table then; empty where that is nothing, or it is left out now. */
    private Optional<Part> purge(Handle handle, Part part, ReplicatedTable table) {
        Entry entry = part.entry();
        Version now = below(table);
        if (now == null || obstacles(handle).apply(table) != null) {
            return Optional.empty();
        }
        Version below = part.below() != null && part.below().isBefore(now) ? part.below() : now;
        long next = part.block() + BLOCKS_A_STEP;
        int purged = forget(handle, table, part.block(), next, below);
        if (purged > 0) {
            entries.add(handle, entry.id(), purged);
        }
        if (next < entry.blocks()) {
            return Optional.of(new Part(entry, next, below));
        }
        entries.done(handle, entry.id(), below);
        return Optional.empty();
    }

    private static int forget(Handle handle, ReplicatedTable table, long from, long to, Version below) {
        try (Update update = handle.createUpdate(PurgeSql.forget(table.target()))) {
            return update.bind(0, "(" + from + ",0)")
                    .bind(1, "(" + to + ",0)")
                    .bind(2, below.epoch())
                    .bind(3, below.lsn().toString())
                    .bind(4, below.ordinal())
                    .execute();
        }
    }

    /** Ends a waiting look; thread-safe. */
    void wakeup() {
        retention.wakeup();
    }

    @Override
    public void close() {
        retention.close();
    }
}
