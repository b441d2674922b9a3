package dev.idem.testing.memory;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The rows that a statement gave.
 *
 * <p><i>Threads:</i> one thread.
 */
final class MemoryResults {

    private final PreparedStatement statement;
    private final Answer answer;
    private final ResultSet resultSet = (ResultSet)
            Proxy.newProxyInstance(MemoryResults.class.getClassLoader(), new Class<?>[] {ResultSet.class}, this::call);
    private int row = -1;
    private boolean wasNull;
    private boolean closed;

    MemoryResults(PreparedStatement statement, Answer answer) {
        this.statement = statement;
        this.answer = answer;
    }

    ResultSet resultSet() {
        return resultSet;
    }

    private @Nullable Object call(Object proxy, Method method, @Nullable Object @Nullable [] arguments) {
        Object first = arguments == null || arguments.length == 0 ? null : arguments[0];
        return switch (method.getName()) {
            case "next" -> ++row < answer.rows().size();
            case "getString" -> {
                Object value = value(first);
                yield value == null ? null : value.toString();
            }
            case "getInt" -> number(first).intValue();
            case "getLong" -> number(first).longValue();
            case "getBoolean" -> Boolean.TRUE.equals(value(first));
            case "getObject" -> value(first);
            case "findColumn" -> 1 + answer.names().indexOf(String.valueOf(first));
            case "wasNull" -> wasNull;
            case "getMetaData" -> metaData();
            case "getStatement" -> statement;
            case "close" -> {
                closed = true;
                yield null;
            }
            case "isClosed" -> closed;
            case "hashCode" -> System.identityHashCode(proxy);
            case "equals" -> proxy == first;
            case "toString" -> "results";
            default -> throw new AssertionError("the warehouse model has no ResultSet." + method.getName());
        };
    }

    private Number number(@Nullable Object column) {
        Object value = value(column);
        return value == null ? 0 : (Number) value;
    }

    private @Nullable Object value(@Nullable Object column) {
        int index = column instanceof Integer number
                ? number - 1
                : answer.names().indexOf(String.valueOf(Objects.requireNonNull(column)));
        Object value = answer.rows().get(row).get(index);
        wasNull = value == null;
        return value;
    }

    private ResultSetMetaData metaData() {
        return (ResultSetMetaData) Proxy.newProxyInstance(
                MemoryResults.class.getClassLoader(),
                new Class<?>[] {ResultSetMetaData.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getColumnCount" -> answer.names().size();
                    case "getColumnLabel", "getColumnName" -> answer.names().get((Integer) arguments[0] - 1);
                    default ->
                        throw new AssertionError("the warehouse model has no ResultSetMetaData." + method.getName());
                });
    }
}
