package dev.idem.testing.memory;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A statement with what is bound to it.
 *
 * <p><i>Threads:</i> one thread.
 */
final class MemoryStatement {

    private final MemorySession session;
    private final String sql;
    private final Parameters bound = new Parameters();
    private final PreparedStatement statement = (PreparedStatement) Proxy.newProxyInstance(
            MemoryStatement.class.getClassLoader(), new Class<?>[] {PreparedStatement.class}, this::call);
    private @Nullable Answer answer;
    private boolean counted;
    private boolean closed;

    MemoryStatement(MemorySession session, String sql) {
        this.session = session;
        this.sql = sql;
    }

    PreparedStatement statement() {
        return statement;
    }

    private @Nullable Object call(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
            throws SQLException {
        String name = method.getName();
        if (name.startsWith("set") && arguments != null && arguments.length >= 2) {
            bound.set((Integer) Objects.requireNonNull(arguments[0]) - 1, name.equals("setNull") ? null : arguments[1]);
            return null;
        }
        return switch (name) {
            case "execute" -> execute().hasRows();
            case "executeUpdate" -> execute().count();
            case "executeQuery" -> results(execute());
            case "getResultSet" -> answer != null && answer.hasRows() ? results(answer) : null;
            case "getUpdateCount" -> updateCount();
            case "getLargeUpdateCount" -> (long) updateCount();
            case "getMoreResults" -> false;
            case "getConnection" -> session.connection();
            case "getWarnings", "clearParameters", "clearWarnings", "setQueryTimeout", "setFetchSize", "setPoolable" ->
                null;
            case "close" -> {
                closed = true;
                yield null;
            }
            case "isClosed" -> closed;
            case "hashCode" -> System.identityHashCode(proxy);
            case "equals" -> arguments != null && proxy == arguments[0];
            case "toString" -> sql;
            default -> throw new AssertionError("the warehouse model has no PreparedStatement." + name);
        };
    }

    private Answer execute() throws SQLException {
        Answer now = session.execute(sql, bound);
        answer = now;
        counted = false;
        return now;
    }

    private int updateCount() {
        int count = answer == null || counted ? -1 : answer.count();
        counted = true;
        return count;
    }

    private ResultSet results(Answer rows) {
        return new MemoryResults(statement, rows).resultSet();
    }
}
