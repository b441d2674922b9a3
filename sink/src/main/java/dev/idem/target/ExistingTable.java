package dev.idem.target;

import dev.idem.change.TableDefinition;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.sql.ExistingColumn;
import dev.idem.sql.GeneratedColumn;
import dev.idem.sql.KeySql;
import dev.idem.sql.SqlIdentifier;
import dev.idem.sql.TableSql;
import dev.idem.sql.TargetTable;
import dev.idem.target.TableFit.Obstacle;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A table that stands in the warehouse already: what it looks like, and how one that somebody else made is taken over.
 *
 * <p>All writing happens in the caller's transaction.
 *
 * <p><i>Threads:</i> thread-safe: there is no state.
 */
final class ExistingTable {

    private static final Logger LOG = LoggerFactory.getLogger(ExistingTable.class);

    private ExistingTable() {}

    /** The table's columns by name, in catalogue order. */
    static Map<String, ExistingColumn> columns(Handle handle, TargetTable target) {
        String path = handle.createQuery("select current_setting('search_path')")
                .mapTo(String.class)
                .one();
        setSearchPath(handle, "pg_catalog");
        Map<String, ExistingColumn> columns = new LinkedHashMap<>();
        handle.createQuery(ExistingColumn.QUERY)
                .bind(0, quoted(target))
                .map((row, context) -> new ExistingColumn(
                        row.getString(1),
                        row.getString(2),
                        row.getBoolean(3),
                        row.getBoolean(4),
                        row.getBoolean(5),
                        row.getBoolean(6)))
                .forEach(column -> columns.put(column.name(), column));
        setSearchPath(handle, path);
        return columns;
    }

    private static void setSearchPath(Handle handle, String path) {
        handle.createQuery("select set_config('search_path', :path, false)")
                .bind("path", path)
                .mapTo(String.class)
                .one();
    }

    /**
     * Takes over a table that somebody else made, where it is empty and can take what the source has.
     *
     * @param computed adds the columns that the warehouse computes and the table lacks
     * @throws PipelineException {@link ErrorKind#WAREHOUSE_UNFIT} with everything that stands against it, by name
     */
    static void takeOver(Handle handle, TargetTable target, TableDefinition definition, ComputedColumns computed) {
        requireEmptyTable(handle, target);
        Map<String, ExistingColumn> present = columns(handle, target);
        List<Obstacle> obstacles = TableFit.obstacles(definition, present.values());
        if (!obstacles.isEmpty()) {
            throw new PipelineException(
                    ErrorKind.WAREHOUSE_UNFIT,
                    "table " + target + " exists in the warehouse and cannot take what the source has: "
                            + obstacles.stream().map(Obstacle::text).collect(Collectors.joining("; "))
                            + ". Remedy: alter table "
                            + quoted(target) + ' '
                            + obstacles.stream().map(Obstacle::remedy).collect(Collectors.joining(", "))
                            + "; or drop table " + quoted(target));
        }
        allowMissingValues(handle, target, present);
        handle.execute(TableSql.addMetadata(target));
        if (!hasIdentity(handle, target)) {
            handle.execute(TableSql.createIdentity(target));
        }
        List<GeneratedColumn> there = target.generated().stream()
                .filter(generated -> present.containsKey(generated.column().name()))
                .toList();
        computed.add(handle, target.computing(there), target);
        LOG.info("table of another was taken over table={}", target);
    }

    private static void requireEmptyTable(Handle handle, TargetTable target) {
        String kind = handle.createQuery("select relkind::text from pg_class where oid = to_regclass(:name)")
                .bind("name", quoted(target))
                .mapTo(String.class)
                .one();
        if (!kind.equals("r") && !kind.equals("p")) {
            throw new PipelineException(
                    ErrorKind.WAREHOUSE_UNFIT,
                    "the name " + target
                            + " is taken in the warehouse by something that is no table (expected: an empty"
                            + " table, or nothing). Remedy: rename or drop it");
        }
        if (handle.createQuery("select exists (select from " + quoted(target) + ")")
                .mapTo(Boolean.class)
                .one()) {
            throw new PipelineException(
                    ErrorKind.WAREHOUSE_UNFIT,
                    "table " + target + " exists in the warehouse and has rows that are not ours (expected: an empty"
                            + " table, or none). Remedy: drop table " + quoted(target) + ", or empty it");
        }
    }

    /** A value that a change may leave out can be missing for a while. */
    private static void allowMissingValues(Handle handle, TargetTable target, Map<String, ExistingColumn> present) {
        target.otherColumns().stream()
                .filter(column -> column.toastable() && column.notNull())
                .filter(column -> {
                    ExistingColumn existing = Objects.requireNonNull(present.get(column.name()));
                    return existing.notNull() && !existing.ofPrimaryKey();
                })
                .forEach(column -> {
                    LOG.info(
                            "column allows NULL now, since a change may leave its value out table={} column={}",
                            target,
                            column.name());
                    handle.execute(TableSql.changeNullability(target, column));
                });
    }

    private static boolean hasIdentity(Handle handle, TargetTable target) {
        return handle.createQuery(KeySql.hasIdentity())
                .bind(0, quoted(target))
                .bindArray(1, String.class, KeySql.identity(target).toArray())
                .mapTo(Boolean.class)
                .one();
    }

    private static String quoted(TargetTable target) {
        return SqlIdentifier.quoted(target.schema(), target.name());
    }
}
