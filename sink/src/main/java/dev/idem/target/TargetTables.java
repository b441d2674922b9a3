package dev.idem.target;

import dev.idem.change.Change;
import dev.idem.change.ColumnDefinition;
import dev.idem.change.Lsn;
import dev.idem.change.Row;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableDefinitionCodec;
import dev.idem.change.TableId;
import dev.idem.change.TypeDefinition;
import dev.idem.change.Version;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.sql.GeneratedColumn;
import dev.idem.sql.SqlIdentifier;
import dev.idem.sql.TableSql;
import dev.idem.sql.TargetColumn;
import dev.idem.sql.TargetTable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The warehouse's replicated tables: made when the log first names them, changed when their definition changes.
 *
 * <p>All writing happens in the caller's transaction. After a rollback {@link #load} must be called again, because what
 * is remembered here may never have happened.
 *
 * <p><i>Threads:</i> one thread.
 */
public final class TargetTables {

    private static final Logger LOG = LoggerFactory.getLogger(TargetTables.class);

    private final String pipeline;
    private final TargetTypes types;
    private final ComputedColumns computed = new ComputedColumns();
    private final TableDefinitionCodec codec = new TableDefinitionCodec();
    private final Map<TableId, ReplicatedTable> tables = new HashMap<>();
    private final FollowedTypes followedTypes = new FollowedTypes();
    private final Map<MappingKey, RowMapping> mappings = new HashMap<>();

    private record MappingKey(TableId table, int from, int to) {}

    /**
     * The tables of a pipeline; none are known before {@link #load}.
     *
     * @param sessions opens a session of its own, in which types are made and committed at once
     */
    public TargetTables(String pipeline, Supplier<Handle> sessions) {
        this.pipeline = pipeline;
        this.types = new TargetTypes(sessions, followedTypes);
    }

    /** Reads what the warehouse holds, in place of what is remembered. */
    public void load(Handle handle) {
        tables.clear();
        handle.createQuery("""
                        select id, definition_json::text, floor_epoch, floor_lsn::text, floor_seq
                        from idem.target
                        where pipeline = :pipeline""")
                .bind("pipeline", pipeline)
                .map((row, context) -> {
                    TableDefinition definition = codec.decode(row.getString(2).getBytes(StandardCharsets.UTF_8));
                    Version floor = new Version(row.getInt(3), Lsn.parse(row.getString(4)), row.getLong(5));
                    return new ReplicatedTable(
                            row.getLong(1),
                            definition,
                            target(row.getLong(1), definition),
                            floor.epoch() == 0 ? null : floor);
                })
                .forEach(table -> tables.put(table.definition().table(), table));
        followedTypes.load(
                tables.values().stream().map(ReplicatedTable::definition).toList());
        mappings.clear();
    }

    /** The table as the warehouse holds it; null where it was never made. */
    public @Nullable ReplicatedTable find(TableId table) {
        return tables.get(table);
    }

    /** All tables of the pipeline. */
    public List<ReplicatedTable> all() {
        return List.copyOf(tables.values());
    }

    /** True where the definition is younger than what the warehouse holds, so that {@link #follow} would change it. */
    public boolean isNew(TableDefinition definition) {
        ReplicatedTable known = tables.get(definition.table());
        return known == null || definition.isYoungerThan(known.definition());
    }

    /**
     * True where {@link #follow} would change a type, so that rows of every table must be written before: their texts
     * are those of its form of now.
     */
    public boolean changesTypes(TableDefinition definition) {
        return isNew(definition) && followedTypes.isChangedBy(definition);
    }

    /**
     * Makes the target table, or changes it to a younger definition; an older one changes nothing.
     *
     * @throws PipelineException {@link ErrorKind#WAREHOUSE_UNFIT} where a table stands there that cannot be used
     */
    public ReplicatedTable follow(Handle handle, TableDefinition definition) {
        ReplicatedTable known = tables.get(definition.table());
        if (known != null && !definition.isYoungerThan(known.definition())) {
            return known;
        }
        types.prepare(handle, definition);
        ReplicatedTable now = known == null ? create(handle, definition) : evolve(handle, known, definition);
        tables.put(definition.table(), now);
        followedTypes.take(definition);
        mappings.clear();
        return now;
    }

    /** Remembers that no row below {@code floor} exists. */
    public void raiseFloor(Handle handle, ReplicatedTable table, Version floor) {
        handle.createUpdate("""
                        update idem.target
                        set floor_epoch = :epoch, floor_lsn = :lsn::pg_lsn, floor_seq = :seq
                        where id = :id""")
                .bind("epoch", floor.epoch())
                .bind("lsn", floor.lsn().toString())
                .bind("seq", floor.ordinal())
                .bind("id", table.id())
                .execute();
        tables.put(table.definition().table(), table.withFloor(floor));
    }

    /**
     * True where changes made under this definition have nothing to add: they tell rows by a key that the table had
     * before, and all of them were applied before the key changed.
     */
    public boolean isSuperseded(TableDefinition madeUnder, ReplicatedTable table) {
        return madeUnder.number() != table.definition().number()
                && table.definition().isYoungerThan(madeUnder)
                && KeyChange.isBetween(madeUnder, table.definition());
    }

    /** The change in the shape of the definition that the warehouse follows. */
    public Change adapt(Change change, TableDefinition madeUnder, ReplicatedTable table) {
        if (madeUnder.number() == table.definition().number()
                && table.target().generated().isEmpty()
                && madeUnder.types().isEmpty()) {
            return change;
        }
        RowMapping mapping = mappings.computeIfAbsent(
                new MappingKey(
                        madeUnder.table(),
                        madeUnder.number(),
                        table.definition().number()),
                key -> RowMapping.between(
                        madeUnder, table.definition().written(), followedTypes.now(madeUnder.types())));
        return change.match(
                upsert -> new Change.Upsert(
                        upsert.version(),
                        mapping.map(upsert.key()),
                        mapping.map(upsert.row()),
                        upsert.movedFrom().map(mapping::map)),
                delete -> new Change.Delete(delete.version(), mapping.map(delete.key())),
                truncate -> truncate,
                keyless -> new Change.Keyless(
                        keyless.version(), map(mapping, keyless.before()), map(mapping, keyless.after())));
    }

    private static @Nullable Row map(RowMapping mapping, @Nullable Row row) {
        return row == null ? null : mapping.map(row);
    }

    private ReplicatedTable create(Handle handle, TableDefinition definition) {
        WarehouseColumns.requireComputable(definition);
        long id = handle.createQuery("""
                        insert into idem.target (pipeline, source_schema, source_table, definition, definition_json)
                        values (:pipeline, :schema, :table, :number, :json::jsonb)
                        returning id""")
                .bind("pipeline", pipeline)
                .bind("schema", definition.table().schema())
                .bind("table", definition.table().name())
                .bind("number", definition.number())
                .bind("json", new String(codec.encode(definition), StandardCharsets.UTF_8))
                .mapTo(Long.class)
                .one();
        TargetTable target = target(id, definition);
        if (exists(handle, target)) {
            adopt(handle, target);
        } else {
            computed.create(handle, target);
        }
        handle.execute(TableSql.createTombstones(target));
        LOG.info("target table created table={} definition={}", target, definition.number());
        return new ReplicatedTable(id, definition, target, null);
    }

    private static boolean exists(Handle handle, TargetTable target) {
        return handle.createQuery("select to_regclass(:name) is not null")
                .bind("name", SqlIdentifier.quoted(target.schema(), target.name()))
                .mapTo(Boolean.class)
                .one();
    }

    /** Takes over a table that somebody else made, where it is empty and has the columns. */
    private static void adopt(Handle handle, TargetTable target) {
        String name = SqlIdentifier.quoted(target.schema(), target.name());
        if (handle.createQuery("select exists (select from " + name + ")")
                .mapTo(Boolean.class)
                .one()) {
            throw new PipelineException(
                    ErrorKind.WAREHOUSE_UNFIT,
                    "table " + target + " exists in the warehouse and has rows that are not ours (expected: an empty"
                            + " table, or none). Remedy: drop table " + name + ", or empty it");
        }
        Set<String> present = columnsOf(handle, target);
        Set<String> missing = new TreeSet<>();
        target.columns().forEach(column -> missing.add(column.name()));
        missing.removeAll(present);
        if (!missing.isEmpty()) {
            throw new PipelineException(
                    ErrorKind.WAREHOUSE_UNFIT,
                    "table " + target + " exists in the warehouse without the columns " + missing
                            + " (expected: every column of the source). Remedy: drop table " + name);
        }
        if (!present.contains("_idem_lsn")) {
            handle.execute(TableSql.addMetadata(target));
        }
        handle.execute(TableSql.createIdentity(target));
    }

    private static Set<String> columnsOf(Handle handle, TargetTable target) {
        return new TreeSet<>(handle.createQuery("""
                        select attname::text
                        from pg_attribute
                        where attrelid = to_regclass(:name) and attnum > 0 and not attisdropped""")
                .bind("name", SqlIdentifier.quoted(target.schema(), target.name()))
                .mapTo(String.class)
                .list());
    }

    private ReplicatedTable evolve(Handle handle, ReplicatedTable known, TableDefinition definition) {
        WarehouseColumns.requireComputable(definition);
        boolean keyChanges = KeyChange.isBetween(known.definition(), definition);
        if (keyChanges) {
            KeyChange.leave(handle, known.target());
        }
        TargetTable target = target(known.id(), definition);
        computed.leave(handle, known.target(), target);
        for (String statement : Evolution.statements(
                known.target(),
                columnsOf(handle, known.target()),
                WarehouseColumns.named(known.definition()),
                WarehouseColumns.named(definition))) {
            handle.execute(statement);
        }
        computed.add(handle, known.target(), target);
        if (keyChanges) {
            KeyChange.enter(
                    handle, target, WarehouseColumns.named(known.definition()), WarehouseColumns.named(definition));
        }
        handle.createUpdate("""
                        update idem.target
                        set definition = :number, definition_json = :json::jsonb
                        where id = :id""")
                .bind("number", definition.number())
                .bind("json", new String(codec.encode(definition), StandardCharsets.UTF_8))
                .bind("id", known.id())
                .execute();
        LOG.info("target table changed table={} definition={}", known.target(), definition.number());
        return new ReplicatedTable(known.id(), definition, target, known.floor());
    }

    /** Where the table's rows go: the same schema and name. */
    private static TargetTable target(long id, TableDefinition sourceDefinition) {
        TableDefinition definition = WarehouseColumns.named(sourceDefinition);
        List<TargetColumn> columns = new ArrayList<>();
        List<GeneratedColumn> generated = new ArrayList<>();
        for (ColumnDefinition column : definition.columns()) {
            String expression = column.generation();
            if (expression == null || definition.isKey(column.name())) {
                columns.add(column(column).basedOn(domainBase(definition, column.type())));
            } else {
                generated.add(new GeneratedColumn(column(column), expression, columns.size()));
            }
        }
        TableDefinition written = definition.written();
        List<TargetColumn> key = definition.key().stream()
                .map(name -> columns.get(written.indexOf(name)))
                .toList();
        return new TargetTable(definition.table().schema(), definition.table().name(), columns, key, id, generated);
    }

    private static @Nullable String domainBase(TableDefinition definition, String type) {
        for (TypeDefinition known : definition.types()) {
            if (known instanceof TypeDefinition.DomainType domain && domain.name().equals(type)) {
                String below = domainBase(definition, domain.base());
                return below == null ? domain.base() : below;
            }
        }
        return null;
    }

    /** A generated column is never carried, so it cannot forbid NULL. */
    static TargetColumn column(ColumnDefinition column) {
        boolean notNull = column.notNull() && !column.generated();
        return new TargetColumn(column.name(), column.type(), notNull, column.toastable(), column.collation(), null);
    }
}
