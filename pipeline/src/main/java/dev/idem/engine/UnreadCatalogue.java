package dev.idem.engine;

import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import io.debezium.connector.postgresql.PostgresSchema;
import io.debezium.relational.RelationalDatabaseSchema;
import io.debezium.relational.TableId;
import io.debezium.relational.Tables.TableFilter;
import java.lang.reflect.Field;

/**
 * Keeps the engine from reading the catalogue at its start: for it no table exists until the stream describes one.
 *
 * <p>Before it streams the engine reads every table's columns and keys of now, of which nothing is used, since the
 * stream describes each table before its first change. That reading takes long for many tables, and a table with a
 * backslash in its name makes it fail, and the engine with it.
 *
 * <p><i>Threads:</i> one thread, the one that streams.
 *
 * <p><i>Source:</i> Debezium {@code PostgresStreamingChangeEventSource.initSchema}, {@code JdbcConnection.readSchema},
 * which takes names for patterns.
 */
final class UnreadCatalogue implements TableFilter {

    private final TableFilter chosen;
    private boolean open;

    private UnreadCatalogue(TableFilter chosen) {
        this.chosen = chosen;
    }

    /**
     * Takes the place of the schema's filter.
     *
     * @throws PipelineException of kind INVARIANT where the engine's schema is not built as that of Debezium 3.6
     */
    static UnreadCatalogue of(PostgresSchema schema) {
        try {
            Field filter = RelationalDatabaseSchema.class.getDeclaredField("tableFilter");
            filter.setAccessible(true);
            TableFilter chosen = (TableFilter) filter.get(schema);
            if (chosen instanceof UnreadCatalogue already) {
                return already;
            }
            UnreadCatalogue unread = new UnreadCatalogue(chosen);
            filter.set(schema, unread);
            return unread;
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new PipelineException(
                    ErrorKind.INVARIANT,
                    "Debezium's " + schema.getClass().getName() + " has no filter of tables (expected: the field"
                            + " tableFilter, as in Debezium 3.6)",
                    e);
        }
    }

    /** The stream has begun: from now on the chosen tables exist. */
    void open() {
        open = true;
    }

    @Override
    public boolean isIncluded(TableId table) {
        return open && chosen.isIncluded(table);
    }
}
