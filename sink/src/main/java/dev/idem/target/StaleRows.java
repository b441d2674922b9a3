package dev.idem.target;

import dev.idem.change.ColumnDefinition;
import dev.idem.change.TableDefinition;
import dev.idem.sql.TableSql;
import dev.idem.sql.TargetTable;
import dev.idem.sql.WiderType;
import java.sql.SQLException;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rows in the way of a table's next definition.
 *
 * <p>A change of the definition that writes rows is not in the WAL's changes, so the rows in the warehouse may be older
 * than the definition, and such rows may break its key or not fit its types. With each such definition the capture asks
 * for the table to be read anew; until then these rows are wrong, and the change goes on without them.
 *
 * <p>All writing happens in the caller's transaction.
 *
 * <p><i>Threads:</i> thread-safe: there is no state.
 */
final class StaleRows {

    private static final Logger LOG = LoggerFactory.getLogger(StaleRows.class);
    private static final String SAVEPOINT = "stale_rows";

    /**
     * Classes of failures that rows have no part in: connection, transaction, resources, locks, operator, system. What
     * a conversion says of a value has no class of its own: a text that is no jsonpath is a syntax error.
     */
    private static final Set<String> NOT_ABOUT_ROWS = Set.of("08", "25", "40", "53", "55", "57", "58", "XX");

    private StaleRows() {}

    /** True where the table is read anew behind the younger definition, since the source may have written its rows. */
    static boolean mayBe(TableDefinition from, TableDefinition to) {
        return from.relation() != to.relation()
                || KeyChange.isBetween(from, to)
                || to.columns().stream().anyMatch(column -> isRewritten(from, column));
    }

    private static boolean isRewritten(TableDefinition from, ColumnDefinition column) {
        return from.columns().stream()
                .filter(was -> was.number() == column.number())
                .anyMatch(
                        was -> !was.type().equals(column.type()) && !WiderType.holdsAsItIs(was.type(), column.type()));
    }

    /** Changes the table; where rows are in the way, all of them are taken out, and their deletes forgotten. */
    static void makeWay(Handle handle, TargetTable table, Runnable change) {
        handle.useTransaction(same -> {
            same.savepoint(SAVEPOINT);
            try {
                change.run();
                same.releaseSavepoint(SAVEPOINT);
            } catch (JdbiException e) {
                if (!isAboutRows(e)) {
                    throw e;
                }
                same.rollbackToSavepoint(SAVEPOINT);
                LOG.warn(
                        "table is emptied until it is read anew: the source has changed its definition and its rows,"
                                + " and the warehouse's rows do not fit table={} sqlstate={}",
                        table,
                        sqlState(e));
                same.execute(TableSql.deleteRows(table));
                same.execute(TableSql.deleteTombstones(table));
                change.run();
            }
        });
    }

    private static boolean isAboutRows(JdbiException e) {
        String state = sqlState(e);
        return state.length() == 5 && !NOT_ABOUT_ROWS.contains(state.substring(0, 2));
    }

    private static String sqlState(JdbiException e) {
        return e.getCause() instanceof SQLException cause ? String.valueOf(cause.getSQLState()) : "";
    }
}
