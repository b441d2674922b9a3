package dev.idem.warehouse;

import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import java.sql.SQLException;
import java.util.Set;
import java.util.function.Supplier;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Tells by SQLSTATE what kind of failure the warehouse reports.
 *
 * <p><i>Source:</i> PostgreSQL, Appendix A, "PostgreSQL Error Codes".
 */
public final class WarehouseFailure {

    private static final String LOCK_NOT_AVAILABLE = "55P03";

    /** Named in the hint where one transaction touches more tables than the server has locks for. */
    private static final String LOCK_LIMIT = "max_locks_per_transaction";

    /** Classes of SQLSTATEs that name an object or the program of a trigger. */
    private static final Set<String> OF_ONE_TABLE = Set.of("0A", "2B", "2F", "38", "39", "3F", "42", "P0");

    private WarehouseFailure() {}

    /**
     * Does something with the warehouse.
     *
     * @param what what is done, as the message of a failure begins
     * @throws PipelineException of the kind that the warehouse's failure is of
     */
    public static <T> T call(String what, Supplier<T> action) {
        try {
            return action.get();
        } catch (JdbiException e) {
            throw of(what, e);
        }
    }

    /** The failure with its kind, and a message without values of rows. */
    public static PipelineException of(String what, Throwable failure) {
        SQLException sql = find(failure);
        if (sql == null) {
            return new PipelineException(
                    ErrorKind.WAREHOUSE_UNREACHABLE,
                    what + ": " + failure.getClass().getSimpleName(),
                    failure);
        }
        String state = String.valueOf(sql.getSQLState());
        return new PipelineException(kind(state), what + ": " + message(sql) + " (SQLSTATE " + state + ')', failure);
    }

    /**
     * True where the failure of a table's own operation is about that table and no other: an object, a right, a type or
     * a trigger of it, or what we found unfit ourselves. What fails for every table alike is none of those.
     */
    public static boolean concernsTable(PipelineException failure) {
        SQLException sql = find(failure);
        if (sql == null) {
            return failure.kind() == ErrorKind.WAREHOUSE_UNFIT;
        }
        String state = String.valueOf(sql.getSQLState());
        return state.equals(LOCK_NOT_AVAILABLE)
                || state.length() == 5 && OF_ONE_TABLE.contains(state.substring(0, 2))
                || state.equals("55000")
                || state.equals("55006");
    }

    /** True where another row has the value of a unique constraint. */
    public static boolean isUniqueViolation(PipelineException failure) {
        return hasState(failure, "23505");
    }

    /** True where somebody else holds the table longer than {@code lock_timeout} allows. */
    public static boolean isLockTimeout(PipelineException failure) {
        return hasState(failure, LOCK_NOT_AVAILABLE);
    }

    private static boolean hasState(PipelineException failure, String state) {
        SQLException sql = find(failure);
        return sql != null && state.equals(sql.getSQLState());
    }

    /** The driver's exception within a chain of causes; null where there is none. */
    public static @Nullable SQLException find(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return sql;
            }
        }
        return null;
    }

    /** The server's primary message: it names objects; values stand in its detail, which is left out. */
    private static String message(SQLException failure) {
        ServerErrorMessage server = failure instanceof PSQLException psql ? psql.getServerErrorMessage() : null;
        if (server == null) {
            return String.valueOf(failure.getMessage());
        }
        String state = String.valueOf(server.getSQLState());
        if (state.startsWith("P0")) {
            return "a trigger or function raises an exception";
        }
        if (state.startsWith("22")) {
            return dataException(server);
        }
        boolean isOfLocks = String.valueOf(server.getHint()).contains(LOCK_LIMIT);
        return server.getMessage() + (isOfLocks ? "; remedy: raise " + LOCK_LIMIT + " of the warehouse" : "");
    }

    /** Messages of class 22 quote the offending value; the name of the condition is told by the SQLSTATE. */
    private static String dataException(ServerErrorMessage server) {
        return "a value that the column's type does not take"
                + (server.getColumn() == null ? "" : ", column " + server.getColumn());
    }

    private static ErrorKind kind(String state) {
        String condition = state.length() < 2 ? state : state.substring(0, 2);
        return switch (condition) {
            case "08" -> ErrorKind.WAREHOUSE_UNREACHABLE;
            case "22", "23" -> ErrorKind.ROW_REFUSED;
            case "40", "55" -> ErrorKind.WAREHOUSE_BUSY;
            case "57" -> state.equals("57014") ? ErrorKind.WAREHOUSE_BUSY : ErrorKind.WAREHOUSE_UNREACHABLE;
            case "54" -> ErrorKind.ROW_REFUSED;
            default -> ErrorKind.WAREHOUSE_UNFIT;
        };
    }
}
