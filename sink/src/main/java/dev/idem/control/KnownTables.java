package dev.idem.control;

import dev.idem.change.TableId;
import org.jdbi.v3.core.Handle;

/**
 * Whether a table that somebody asks for is one of the pipeline's.
 *
 * <p><i>Threads:</i> stateless.
 */
final class KnownTables {

    private KnownTables() {}

    /** True where the warehouse follows the table, or it waits in the log. */
    static boolean has(Handle handle, String pipeline, TableId table) {
        return handle.createQuery("""
                        select exists (
                          select from idem.table_state
                          where pipeline = :pipeline and source_schema = :schema and source_table = :table
                        )""")
                .bind("pipeline", pipeline)
                .bind("schema", table.schema())
                .bind("table", table.name())
                .mapTo(Boolean.class)
                .one();
    }

    /** True where the table waits in the log. */
    static boolean isParked(Handle handle, String pipeline, TableId table) {
        return handle.createQuery("""
                        select exists (
                          select from idem.parked
                          where pipeline = :pipeline and source_schema = :schema and source_table = :table
                        )""")
                .bind("pipeline", pipeline)
                .bind("schema", table.schema())
                .bind("table", table.name())
                .mapTo(Boolean.class)
                .one();
    }

    /** The answer where it is not. */
    static Requests.Answer unknown(TableId table) {
        return Requests.Answer.refused(404, "no such table is replicated: " + table);
    }
}
