package dev.idem.apply;

import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Tells by SQLSTATE what kind of failure the warehouse reports.
 *
 * <p><i>Source:</i> PostgreSQL, Appendix A, "PostgreSQL Error Codes".
 */
final class WarehouseFailure {

    private WarehouseFailure() {}

    /** The failure with its kind, and a message without values of rows. */
    static PipelineException of(String what, Throwable failure) {
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

    /** The driver's exception within a chain of causes; null where there is none. */
    static @Nullable SQLException find(Throwable failure) {
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
        return state.startsWith("22") ? dataException(server) : String.valueOf(server.getMessage());
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
