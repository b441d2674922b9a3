package dev.idem.apply;

import dev.idem.control.RebuiltTable;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.sql.RebuildSql;
import dev.idem.sql.TableSql;
import dev.idem.sql.TargetTable;
import dev.idem.warehouse.WarehouseFailure;
import org.jdbi.v3.core.Handle;

/**
 * Brings a table to the content of its shadow, row by row where they differ, so that the table itself stays with all
 * that hangs on it: views, grants, indexes, foreign keys, columns of others.
 *
 * <p>All writing happens in the caller's transaction.
 *
 * <p><i>Threads:</i> one thread.
 */
final class ShadowSwap {

    private static final String SAVEPOINT = "differing";

    private final Handle handle;
    private final TargetTable table;
    private final TargetTable shadow;
    private final boolean hasOthersColumns;

    /**
     * A swap.
     *
     * @param hasOthersColumns whether others added columns, whose values a row must not lose
     */
    ShadowSwap(Handle handle, TargetTable table, TargetTable shadow, boolean hasOthersColumns) {
        this.handle = handle;
        this.table = table;
        this.shadow = shadow;
        this.hasOthersColumns = hasOthersColumns;
    }

    /**
     * Does it.
     *
     * @throws PipelineException where the table does not take the content; nothing may be committed then
     */
    RebuiltTable run() {
        long extra = handle.execute(RebuildSql.deleteExtra(table, shadow));
        Written written = write();
        handle.execute(TableSql.deleteTombstones(table));
        long deletes = handle.execute(RebuildSql.takeTombstones(table, shadow));
        long rows = count(table);
        long expected = count(shadow);
        if (rows != expected) {
            throw new PipelineException(
                    ErrorKind.WAREHOUSE_UNFIT,
                    "table " + table + ": " + rows + " rows after a rebuild that makes " + expected + " (expected: as"
                            + " many; a trigger or a rule of the table may write others, or its key be unique no more)."
                            + " The table is as it was");
        }
        return new RebuiltTable(rows, extra, written.differing(), written.missing(), deletes);
    }

    private record Written(long differing, long missing) {}

    /** Values of unique constraints may have moved between rows: then those are taken out before they are put in. */
    private Written write() {
        handle.savepoint(SAVEPOINT);
        try {
            Written written = WarehouseFailure.call(
                    "writing table " + table,
                    () -> new Written(
                            handle.execute(RebuildSql.updateDiffering(table, shadow)),
                            handle.execute(RebuildSql.insertMissing(table, shadow))));
            handle.releaseSavepoint(SAVEPOINT);
            return written;
        } catch (PipelineException e) {
            if (!WarehouseFailure.isUniqueViolation(e)) {
                throw e;
            }
            handle.rollbackToSavepoint(SAVEPOINT);
            if (hasOthersColumns || !leavesTriggersOut()) {
                throw e;
            }
            long differing = handle.execute(RebuildSql.deleteDiffering(table, shadow));
            return new Written(differing, handle.execute(RebuildSql.insertMissing(table, shadow)) - differing);
        }
    }

    /** A row that goes and comes back would take with it what a foreign key of another table lets cascade. */
    private boolean leavesTriggersOut() {
        return handle.createQuery("select current_setting('session_replication_role') = 'replica'")
                .mapTo(Boolean.class)
                .one();
    }

    private long count(TargetTable of) {
        return handle.createQuery(RebuildSql.count(of)).mapTo(Long.class).one();
    }
}
