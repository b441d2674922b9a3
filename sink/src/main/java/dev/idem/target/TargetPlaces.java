package dev.idem.target;

import dev.idem.change.TableId;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.sql.MoveSql;
import dev.idem.sql.SqlIdentifier;
import org.jdbi.v3.core.Handle;

/**
 * Names of tables in the warehouse: whether one is free, and moving a table to one.
 *
 * <p>All writing happens in the caller's transaction.
 *
 * <p><i>Threads:</i> thread-safe: there is no state.
 */
final class TargetPlaces {

    private TargetPlaces() {}

    /** True where a table, or anything else that takes a table's name, has this name. */
    static boolean isTaken(Handle handle, TableId place) {
        return handle.createQuery("select to_regclass(:name) is not null")
                .bind("name", quoted(place))
                .mapTo(Boolean.class)
                .one();
    }

    /**
     * Moves a table.
     *
     * @throws PipelineException {@link ErrorKind#WAREHOUSE_UNFIT} where the new name is taken
     */
    static void move(Handle handle, TableId from, TableId to) {
        if (isTaken(handle, to)) {
            throw new PipelineException(
                    ErrorKind.WAREHOUSE_UNFIT,
                    "table " + from + " of the warehouse is to be renamed to " + to + ", a name that is taken there"
                            + " (expected: none of that name). Remedy: rename or drop " + quoted(to));
        }
        String name = from.name();
        if (!from.schema().equals(to.schema())) {
            // By way of a name that is free in both schemas.
            name = between(handle, from);
            if (!name.equals(from.name())) {
                handle.execute(MoveSql.rename(from.schema(), from.name(), name));
            }
            handle.createQuery(MoveSql.renamesOfIndexes())
                    .bind(0, SqlIdentifier.quoted(from.schema(), name))
                    .bind(1, to.schema())
                    .mapTo(String.class)
                    .list()
                    .forEach(handle::execute);
            handle.execute(MoveSql.setSchema(from.schema(), name, to.schema()));
        }
        if (!name.equals(to.name())) {
            handle.execute(MoveSql.rename(to.schema(), name, to.name()));
        }
    }

    /** Moves a table out of the way of those that are moved with it; where it stands then. */
    static TableId setAside(Handle handle, TableId from) {
        TableId between = new TableId(from.schema(), between(handle, from));
        handle.execute(MoveSql.rename(from.schema(), from.name(), between.name()));
        return between;
    }

    private static String between(Handle handle, TableId table) {
        return handle.createQuery("select 'idem_moving_' || to_regclass(:name)::oid")
                .bind("name", quoted(table))
                .mapTo(String.class)
                .one();
    }

    private static String quoted(TableId table) {
        return SqlIdentifier.quoted(table.schema(), table.name());
    }
}
