package dev.idem.target;

import dev.idem.sql.GeneratedColumn;
import dev.idem.sql.TableSql;
import dev.idem.sql.TargetTable;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Columns that the source computes: the output plugin does not send them before PostgreSQL 18, so the warehouse
 * computes them by the same expressions. One that it cannot compute, say by a function that it does not have, stays
 * empty. What the source computes when it is read may fail for a row that was written well, so the warehouse computes
 * it so too, from PostgreSQL 18 on, and when it is written before that.
 *
 * <p><i>Threads:</i> one thread.
 *
 * <p><i>Source:</i> PostgreSQL, "Generated Columns".
 */
final class ComputedColumns {

    private static final Logger LOG = LoggerFactory.getLogger(ComputedColumns.class);

    /** Makes the target table. */
    void create(Handle handle, TargetTable target) {
        if (target.generated().isEmpty()) {
            handle.execute(TableSql.create(target));
        } else if (!tries(handle, TableSql.create(target))) {
            handle.execute(TableSql.create(target.computingNothing()));
            add(handle, target.computingNothing(), target);
        }
    }

    /** What is computed no more, or in another way, before the columns change that it is computed from. */
    void leave(Handle handle, TargetTable before, TargetTable after) {
        Map<String, GeneratedColumn> now = byName(after);
        for (GeneratedColumn old : before.generated()) {
            GeneratedColumn same = now.get(old.column().name());
            if (same == null) {
                leave(handle, before, old);
            } else if (!isSame(old, same)) {
                handle.execute(TableSql.dropColumn(before, old.column().name()));
            }
        }
    }

    /** Values that were written stay; a column that is computed when it is read has none that could. */
    private static void leave(Handle handle, TargetTable table, GeneratedColumn old) {
        String name = old.column().name();
        if (!old.virtual()) {
            handle.execute(TableSql.dropExpression(table, name));
        } else if (!tries(handle, TableSql.dropExpression(table, name))) {
            LOG.info("column that was computed when it was read is dropped table={} column={}", table, name);
            handle.execute(TableSql.dropColumn(table, name));
        }
    }

    /** What is computed from now on, after the columns have changed that it is computed from. */
    void add(Handle handle, TargetTable before, TargetTable after) {
        Map<String, GeneratedColumn> old = byName(before);
        for (GeneratedColumn generated : after.generated()) {
            GeneratedColumn same = old.get(generated.column().name());
            if ((same == null || !isSame(same, generated)) && !isAdded(handle, after, generated)) {
                LOG.warn(
                        "column is not computed in the warehouse and stays empty table={} column={} expression=\"{}\"",
                        after,
                        generated.column().name(),
                        generated.expression());
                handle.execute(TableSql.addEmpty(after, generated));
            }
        }
    }

    private static boolean isAdded(Handle handle, TargetTable table, GeneratedColumn generated) {
        return tries(handle, TableSql.addGenerated(table, generated))
                || (generated.virtual() && tries(handle, TableSql.addGenerated(table, generated.stored())));
    }

    private static Map<String, GeneratedColumn> byName(TargetTable table) {
        return table.generated().stream()
                .collect(Collectors.toMap(generated -> generated.column().name(), Function.identity()));
    }

    private static boolean isSame(GeneratedColumn one, GeneratedColumn other) {
        return one.expression().equals(other.expression())
                && one.column().definedType().equals(other.column().definedType());
    }

    private static boolean tries(Handle handle, String statement) {
        boolean within = handle.isInTransaction();
        if (!within) {
            handle.begin();
        }
        handle.savepoint("computed");
        try {
            handle.execute(statement);
            handle.releaseSavepoint("computed");
            return true;
        } catch (JdbiException e) {
            LOG.debug("the warehouse cannot compute a column", e);
            handle.rollbackToSavepoint("computed");
            return false;
        } finally {
            if (!within) {
                handle.commit();
            }
        }
    }
}
