package dev.idem.control;

import dev.idem.change.TableId;
import java.util.Collection;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Whether a table that somebody asks for is one of the pipeline's.
 *
 * <p><i>Threads:</i> stateless.
 */
final class KnownTables {

    private KnownTables() {}

    /** The answer where one of the tables is not: the warehouse does not follow it, nor does it wait in the log. */
    static Optional<Requests.Answer> refusal(Handle handle, String pipeline, Collection<TableId> tables) {
        return tables.stream()
                .filter(table -> !isIn("idem.table_state", handle, pipeline, table))
                .findFirst()
                .map(table -> Requests.Answer.refused(404, "no such table is replicated: " + table));
    }

    /** True where the table waits in the log. */
    static boolean isParked(Handle handle, String pipeline, TableId table) {
        return isIn("idem.parked", handle, pipeline, table);
    }

    private static boolean isIn(String relation, Handle handle, String pipeline, TableId table) {
        return handle.createQuery("""
                        select exists (
                          select from %s
                          where pipeline = :pipeline and source_schema = :schema and source_table = :table
                        )""".formatted(relation))
                .bind("pipeline", pipeline)
                .bind("schema", table.schema())
                .bind("table", table.name())
                .mapTo(Boolean.class)
                .one();
    }
}
