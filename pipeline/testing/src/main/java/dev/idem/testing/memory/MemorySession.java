package dev.idem.testing.memory;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A session: what it has written and not committed, and whether it is broken.
 *
 * <p><i>Threads:</i> one thread.
 */
final class MemorySession {

    private static final String CONNECTION_LOST = "08006";
    private static final String TERMINATED = "57P01";

    private final MemoryWarehouse warehouse;
    private final Connection connection = (Connection) Proxy.newProxyInstance(
            MemorySession.class.getClassLoader(), new Class<?>[] {Connection.class}, this::connectionCall);
    private final Map<Object, MemoryState> savepoints = new HashMap<>();
    private @Nullable MemoryState working;
    private boolean autoCommit = true;
    private boolean closed;
    private @Nullable String broken;

    MemorySession(MemoryWarehouse warehouse) {
        this.warehouse = warehouse;
    }

    MemoryWarehouse warehouse() {
        return warehouse;
    }

    Connection connection() {
        return connection;
    }

    /** What the session sees. */
    MemoryState state() {
        return working == null ? warehouse.committed() : working;
    }

    /** What the session sees, to be changed. */
    MemoryState changing() {
        if (working == null) {
            working = warehouse.committed().copy();
        }
        return working;
    }

    boolean isInTransaction() {
        return !autoCommit;
    }

    /** Ends the session from outside. */
    void terminate() {
        breakWith(TERMINATED);
    }

    private void breakWith(String state) {
        broken = state;
        working = null;
    }

    /** Does something outwardly visible. */
    private <T> T call(String name, Action<T> action) throws SQLException {
        requireWhole();
        try {
            warehouse.interceptor().before(name);
            requireWhole();
            T result = action.run();
            warehouse.interceptor().after(name);
            requireWhole();
            return result;
        } catch (SQLException e) {
            if (String.valueOf(e.getSQLState()).startsWith("08")) {
                breakWith(CONNECTION_LOST);
            }
            throw e;
        }
    }

    private void requireWhole() throws SQLException {
        if (broken != null) {
            throw new SQLException("the session of the warehouse is gone", broken);
        }
    }

    /** Something that can fail. */
    @FunctionalInterface
    private interface Action<T> {
        T run() throws SQLException;
    }

    /** Runs a statement. */
    Answer execute(String sql, Parameters bound) throws SQLException {
        String name = sql.length() > 60 ? sql.substring(0, 60).replaceAll("\\s+", " ") : sql;
        return call(name, () -> {
            Answer answer = MemoryWarehouse.statement(sql).run(this, bound);
            if (autoCommit) {
                commitWorking();
            }
            return answer;
        });
    }

    private void commitWorking() {
        MemoryState written = working;
        working = null;
        savepoints.clear();
        if (written != null) {
            warehouse.commit(written);
        }
    }

    private @Nullable Object connectionCall(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
            throws SQLException {
        Object first = arguments == null || arguments.length == 0 ? null : arguments[0];
        return switch (method.getName()) {
            case "prepareStatement" -> prepare((String) Objects.requireNonNull(first));
            case "createArrayOf" ->
                new BoundArray((String) Objects.requireNonNull(first), (Object[])
                        Objects.requireNonNull(Objects.requireNonNull(arguments)[1]));
            case "getAutoCommit" -> autoCommit;
            case "setAutoCommit" -> {
                requireWhole();
                autoCommit = Boolean.TRUE.equals(first);
                yield null;
            }
            case "commit" ->
                call("commit", () -> {
                    commitWorking();
                    return true;
                });
            case "rollback" ->
                call("rollback", () -> {
                    rollback(first);
                    return true;
                });
            case "setSavepoint" -> {
                changing();
                Savepoint savepoint = savepoint((String) Objects.requireNonNull(first));
                savepoints.put(savepoint, changing().copy());
                yield savepoint;
            }
            case "releaseSavepoint", "clearWarnings", "setReadOnly", "setTransactionIsolation" -> null;
            case "isReadOnly" -> false;
            case "getTransactionIsolation" -> Connection.TRANSACTION_READ_COMMITTED;
            case "isValid" -> broken == null;
            case "close" -> {
                close();
                yield null;
            }
            case "isClosed" -> closed;
            case "isWrapperFor" -> false;
            case "hashCode" -> System.identityHashCode(proxy);
            case "equals" -> proxy == first;
            case "toString" -> "session of " + warehouse.url();
            default -> throw new AssertionError("the warehouse model has no Connection." + method.getName());
        };
    }

    private void rollback(@Nullable Object savepoint) {
        MemoryState saved = savepoint == null ? null : savepoints.get(savepoint);
        working = saved == null ? null : saved.copy();
    }

    private static Savepoint savepoint(String name) {
        return new Savepoint() {
            @Override
            public int getSavepointId() {
                return name.hashCode();
            }

            @Override
            public String getSavepointName() {
                return name;
            }
        };
    }

    private PreparedStatement prepare(String sql) throws SQLException {
        requireWhole();
        return new MemoryStatement(this, sql).statement();
    }

    private void close() {
        if (!closed) {
            closed = true;
            working = null;
            warehouse.closed(this);
        }
    }
}
