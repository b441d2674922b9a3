package dev.idem.apply;

import dev.idem.change.TableId;
import java.util.HashSet;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * What persons have asked of the sink, as the warehouse holds it, so that it outlives every process.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param isPaused true where nothing is to be applied
 * @param tables the tables that are to wait in the log and do not yet
 */
record Orders(boolean isPaused, Set<TableId> tables) {

    /** Copies the tables. */
    Orders {
        tables = Set.copyOf(tables);
    }

    /** Reads the orders for a pipeline. */
    static Orders read(Handle handle, String pipeline) {
        Set<TableId> tables = new HashSet<>(handle.createQuery("""
                        select source_schema, source_table
                        from idem.paused_table as paused
                        left join idem.parked as parked using (pipeline, source_schema, source_table)
                        where pipeline = :pipeline and parked.retry_at is distinct from 'infinity'""")
                .bind("pipeline", pipeline)
                .map((row, context) -> new TableId(row.getString(1), row.getString(2)))
                .list());
        boolean isPaused = handle.createQuery("select exists (select from idem.paused where pipeline = :pipeline)")
                .bind("pipeline", pipeline)
                .mapTo(Boolean.class)
                .one();
        return new Orders(isPaused, tables);
    }
}
