package dev.idem.target;

import dev.idem.change.Change;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.change.Version;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.sql.ExistingColumn;
import dev.idem.sql.TableSql;
import dev.idem.sql.TargetTable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The warehouse's replicated tables: made when the log first names them, changed when their definition changes, renamed
 * when the source renames them.
 *
 * <p>All writing happens in the caller's transaction. After a rollback {@link #load} must be called again, because what
 * is remembered here may never have happened.
 *
 * <p><i>Threads:</i> one thread.
 */
public final class TargetTables {

    /*
     * A definition's table is found by its relation, which a rename does not change, and else by its name: a table that
     * was dropped and made again goes on in the table that is there. Within one epoch only: another cluster may use the
     * same number for another table.
     *
     * Definitions come one by one, when a change needs them. So a name may be wanted whose holder was renamed at the
     * source as well and has not been told yet, as when two tables exchange their names. The holder is set aside, and
     * gets its name when its own definition comes. A definition says itself whether a relation that had the name before
     * lives on (TableDefinition.renamedAway); where it does not, the new one takes its place.
     */

    private static final Logger LOG = LoggerFactory.getLogger(TargetTables.class);
    private static final String ASIDE = "_renamed";

    private final TargetSettings settings;
    private final TargetStore store;
    private final TargetTypes types;
    private final ComputedColumns computed = new ComputedColumns();
    private final Map<TableId, ReplicatedTable> byName = new HashMap<>();
    private final Map<Relation, ReplicatedTable> byRelation = new HashMap<>();
    private final FollowedTypes followedTypes = new FollowedTypes();
    private final Adaptation adaptation = new Adaptation(followedTypes);

    private record Relation(int epoch, long oid) {
        static Relation of(TableDefinition definition) {
            return new Relation(definition.since().epoch(), definition.relation());
        }
    }

    /**
     * The tables of a pipeline; none are known before {@link #load}.
     *
     * @param sessions opens a session of its own, in which types are made and committed at once
     */
    public TargetTables(String pipeline, TargetSettings settings, Supplier<Handle> sessions) {
        this.settings = settings;
        this.store = new TargetStore(pipeline);
        this.types = new TargetTypes(sessions, followedTypes);
    }

    /** Reads what the warehouse holds, in place of what is remembered. */
    public void load(Handle handle) {
        byName.clear();
        byRelation.clear();
        store.all(handle)
                .forEach(stored -> remember(new ReplicatedTable(
                        stored.id(),
                        stored.definition(),
                        TargetShape.of(stored.id(), stored.definition(), stored.place()),
                        stored.floor().orElse(null))));
        followedTypes.load(
                byName.values().stream().map(ReplicatedTable::definition).toList());
        adaptation.clear();
    }

    /** From here to the next {@link #load} what comes of the shadow's table goes to the shadow. */
    public void redirect(ReplicatedTable shadow) {
        remember(shadow);
    }

    private void remember(ReplicatedTable table) {
        byName.put(table.definition().table(), table);
        byRelation.put(Relation.of(table.definition()), table);
    }

    private void forget(ReplicatedTable table) {
        byName.remove(table.definition().table());
        byRelation.remove(Relation.of(table.definition()));
    }

    /** The table of that name at the source as the warehouse holds it; null where it was never made. */
    public @Nullable ReplicatedTable find(TableId table) {
        return byName.get(table);
    }

    /** The table that the definition is of, whatever it was called; null where it was never made. */
    public @Nullable ReplicatedTable find(TableDefinition definition) {
        ReplicatedTable same = byRelation.get(Relation.of(definition));
        if (same != null) {
            return same;
        }
        ReplicatedTable holder = byName.get(definition.table());
        return holder != null && isRenamedAway(holder, definition) ? null : holder;
    }

    private static boolean isRenamedAway(ReplicatedTable holder, TableDefinition definition) {
        return definition.isYoungerThan(holder.definition())
                && definition.renamedAway().contains(holder.definition().relation());
    }

    /** All tables of the pipeline. */
    public List<ReplicatedTable> all() {
        return List.copyOf(byName.values());
    }

    /** The columns that a table has in the warehouse, by name, in catalogue order. */
    public Map<String, ExistingColumn> columns(Handle handle, ReplicatedTable table) {
        return ExistingTable.columns(handle, table.target());
    }

    /** True where the definition is younger than what the warehouse holds, so that {@link #follow} would change it. */
    public boolean isNew(TableDefinition definition) {
        ReplicatedTable known = find(definition);
        return known == null || definition.isYoungerThan(known.definition());
    }

    /**
     * Makes the target table, or changes it to a younger definition; an older one changes nothing.
     *
     * @throws PipelineException {@link ErrorKind#WAREHOUSE_UNFIT} where a table stands there that cannot be used
     */
    public ReplicatedTable follow(Handle handle, TableDefinition definition) {
        ReplicatedTable known = find(definition);
        if (known != null && !definition.isYoungerThan(known.definition())) {
            return known;
        }
        requirePlace(definition);
        WarehouseColumns.requireComputable(definition);
        types.prepare(
                handle, definition, settings.names().of(definition.table()).schema());
        ReplicatedTable holder = byName.get(definition.table());
        if (holder != null && (known == null || holder.id() != known.id())) {
            setAside(handle, holder);
        }
        ReplicatedTable now = known == null ? create(handle, definition) : evolve(handle, known, definition);
        remember(now);
        followedTypes.take(definition);
        adaptation.clear();
        return now;
    }

    /** Gives a table, of which it is not yet told what the source calls it now, a name that nobody has. */
    private void setAside(Handle handle, ReplicatedTable table) {
        TableId source = table.definition().table();
        TableId aside = new TableId(source.schema(), ShortName.of(source.name(), ASIDE));
        for (int number = 2; isTaken(handle, aside); number++) {
            aside = new TableId(source.schema(), ShortName.of(source.name(), ASIDE + number));
        }
        LOG.warn(
                "table was renamed at the source and another has its name: it stands aside until its own is told"
                        + " table={} place={} aside={}",
                source,
                table.place(),
                settings.names().of(aside));
        move(handle, table, table.definition().named(aside));
    }

    private boolean isTaken(Handle handle, TableId source) {
        return byName.containsKey(source)
                || TargetPlaces.isTaken(handle, settings.names().of(source));
    }

    /** Moves the table to where the mapping has the name that it has in {@code now}. */
    private ReplicatedTable move(Handle handle, ReplicatedTable table, TableDefinition now) {
        TableId place = settings.names().of(now.table());
        if (!place.equals(table.place())) {
            requireUnclaimed(handle, now.table(), place);
            TargetPlaces.move(handle, table.place(), place);
            LOG.info("target table renamed from={} to={}", table.place(), place);
        }
        store.update(handle, table.id(), now, place);
        forget(table);
        ReplicatedTable moved =
                new ReplicatedTable(table.id(), now, TargetShape.of(table.id(), now, place), table.floor());
        remember(moved);
        return moved;
    }

    /**
     * Moves every table to where the mapping says, where that has changed since it was made.
     *
     * @throws PipelineException {@link ErrorKind#WAREHOUSE_UNFIT} where a name is taken; nothing may be committed then
     */
    public void followMapping(Handle handle) {
        List<ReplicatedTable> moving = byName.values().stream()
                .filter(table ->
                        !settings.names().of(table.definition().table()).equals(table.place()))
                .toList();
        Map<Long, TableId> between = new HashMap<>();
        for (ReplicatedTable table : moving) {
            requirePlace(table.definition());
            types.prepareSchema(
                    handle, settings.names().of(table.definition().table()).schema());
            TableId aside = TargetPlaces.setAside(handle, table.place());
            store.update(handle, table.id(), table.definition(), aside);
            between.put(table.id(), aside);
        }
        for (ReplicatedTable table : moving) {
            TableDefinition definition = table.definition();
            TableId place = settings.names().of(definition.table());
            requireUnclaimed(handle, definition.table(), place);
            TargetPlaces.move(handle, Objects.requireNonNull(between.get(table.id())), place);
            store.update(handle, table.id(), definition, place);
            remember(new ReplicatedTable(
                    table.id(), definition, TargetShape.of(table.id(), definition, place), table.floor()));
            LOG.info("target table renamed, as the settings map it now from={} to={}", table.place(), place);
        }
    }

    private void requirePlace(TableDefinition definition) {
        settings.names().obstacle(definition.table()).ifPresent(reason -> {
            throw new PipelineException(ErrorKind.WAREHOUSE_UNFIT, "table " + definition.table() + ": " + reason);
        });
    }

    private void requireUnclaimed(Handle handle, TableId source, TableId place) {
        Optional<String> stands = TargetPlaces.isTaken(handle, place) ? store.holder(handle, place) : Optional.empty();
        stands.ifPresent(holder -> {
            throw new PipelineException(
                    ErrorKind.WAREHOUSE_UNFIT,
                    "table " + source + " goes to " + place + " in the warehouse, where " + holder
                            + " stands (expected: a name of its own for each). Remedy: map one of them to another name,"
                            + " see warehouse.table-map");
        });
    }

    /** Remembers that no row below {@code floor} exists. */
    public void raiseFloor(Handle handle, ReplicatedTable table, Version floor) {
        store.raiseFloor(handle, table.id(), floor);
        remember(table.withFloor(floor));
    }

    /**
     * True where changes made under this definition have nothing to add: they tell rows by a key that the table had
     * before, or are of a table that was dropped and made again, and all of them were applied before that.
     */
    public boolean isSuperseded(TableDefinition madeUnder, ReplicatedTable table) {
        return madeUnder.number() != table.definition().number()
                && table.definition().isYoungerThan(madeUnder)
                && (madeUnder.relation() != table.definition().relation()
                        || KeyChange.isBetween(madeUnder, table.definition()));
    }

    /** The change in the shape of the definition that the warehouse follows. */
    public Change adapt(Change change, TableDefinition madeUnder, ReplicatedTable table) {
        return adaptation.adapt(change, madeUnder, table);
    }

    private ReplicatedTable create(Handle handle, TableDefinition definition) {
        TableId place = settings.names().of(definition.table());
        requireUnclaimed(handle, definition.table(), place);
        long id = store.add(handle, definition, place);
        TargetTable target = TargetShape.of(id, definition, place);
        if (TargetPlaces.isTaken(handle, place)) {
            ExistingTable.takeOver(handle, target, definition, computed);
        } else {
            computed.create(handle, target);
        }
        handle.execute(TableSql.createTombstones(target));
        LOG.info("target table created table={} definition={}", target, definition.number());
        return new ReplicatedTable(id, definition, target, null);
    }

    private ReplicatedTable evolve(Handle handle, ReplicatedTable before, TableDefinition definition) {
        boolean renamed = !before.definition().table().equals(definition.table());
        ReplicatedTable known = comparable(
                renamed ? move(handle, before, before.definition().named(definition.table())) : before, definition);
        TargetTable target = TargetShape.of(known.id(), definition, known.place());
        if (StaleRows.mayBe(known.definition(), definition)) {
            StaleRows.makeWay(handle, known.target(), () -> reshape(handle, known, target, definition));
        } else {
            reshape(handle, known, target, definition);
        }
        store.update(handle, known.id(), definition, known.place());
        LOG.info("target table changed table={} definition={}", known.target(), definition.number());
        forget(known);
        return new ReplicatedTable(known.id(), definition, target, known.floor());
    }

    /** Columns are told by their numbers, but those of a table that was dropped and made again by their names. */
    private static ReplicatedTable comparable(ReplicatedTable known, TableDefinition next) {
        return known.definition().relation() == next.relation()
                ? known
                : known.withDefinition(known.definition().withNumbersOf(next));
    }

    private void reshape(Handle handle, ReplicatedTable known, TargetTable target, TableDefinition definition) {
        boolean keyChanges = KeyChange.isBetween(known.definition(), definition);
        TableDefinition from = WarehouseColumns.named(known.definition());
        TableDefinition to = WarehouseColumns.named(definition);
        if (keyChanges) {
            KeyChange.leave(handle, known.target(), from, to);
        }
        computed.leave(handle, known.target(), target);
        Map<String, ExistingColumn> present = ExistingTable.columns(handle, known.target());
        for (String statement : Evolution.statements(known.target(), present, from, to, settings.droppedColumns())) {
            handle.execute(statement);
        }
        computed.add(handle, known.target(), target);
        if (keyChanges) {
            KeyChange.enter(handle, target, from, to);
        }
    }
}
