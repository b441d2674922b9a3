package dev.idem.verify;

import dev.idem.error.PipelineException;
import dev.idem.warehouse.Warehouse;
import java.sql.Array;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.postgresql.util.PSQLException;

/**
 * A read-only session whose texts of values are the same on both sides, whatever the servers' settings.
 *
 * <p>Each query is a transaction of its own, so that no snapshot is held between chunks.
 *
 * <p><i>Threads:</i> one thread.
 *
 * <p><i>Fails:</i> with a {@link PipelineException} of the side's kinds; the session can be used on, unless it is lost.
 */
final class ComparedDatabase implements AutoCloseable {

    private static final int FETCH_SIZE = 2_000;

    /** Reads one row. */
    @FunctionalInterface
    interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** Takes one row. */
    @FunctionalInterface
    interface RowAction {
        void take(ResultSet row) throws SQLException;
    }

    private final Side side;
    private final Connection connection;

    private ComparedDatabase(Side side, Connection connection) {
        this.side = side;
        this.connection = connection;
    }

    static ComparedDatabase open(Side side, Address address, Duration statementTimeout) {
        Properties properties = new Properties();
        properties.setProperty("ApplicationName", "idem verify");
        properties.setProperty("connectTimeout", "10");
        properties.setProperty("tcpKeepAlive", "true");
        properties.putAll(address.properties());
        properties.setProperty("logServerErrorDetail", "false");
        try {
            Connection connection = DriverManager.getConnection(address.url(), properties);
            ComparedDatabase database = new ComparedDatabase(side, connection);
            database.prepare(statementTimeout);
            return database;
        } catch (SQLException e) {
            throw failure(side, "connecting to the " + side + " at " + address, e);
        }
    }

    private void prepare(Duration statementTimeout) throws SQLException {
        connection.setReadOnly(true);
        connection.setAutoCommit(false);
        Map<String, String> session = new LinkedHashMap<>(Warehouse.SESSION);
        session.put("statement_timeout", String.valueOf(statementTimeout.toMillis()));
        session.put("lc_monetary", "C");
        session.put("search_path", "pg_catalog");
        session.put("row_security", "off");
        session.put("plan_cache_mode", "force_custom_plan");
        try (PreparedStatement set = connection.prepareStatement("select set_config(?, ?, false)")) {
            for (Map.Entry<String, String> setting : session.entrySet()) {
                set.setString(1, setting.getKey());
                set.setString(2, setting.getValue());
                set.execute();
            }
        }
        connection.commit();
    }

    /** The server's major version. */
    int majorVersion() {
        try {
            return connection.getMetaData().getDatabaseMajorVersion();
        } catch (SQLException e) {
            throw failure(side, "asking for the version of the " + side, e);
        }
    }

    Side side() {
        return side;
    }

    /** All rows of the answer. Bound are texts, numbers, and lists of either as arrays. */
    <T> List<T> list(String doing, String sql, List<?> bound, RowReader<T> reader) {
        List<T> rows = new ArrayList<>();
        each(doing, sql, bound, row -> rows.add(reader.read(row)));
        return rows;
    }

    /** Hands over the rows of the answer one by one; few are in memory at once. */
    void each(String doing, String sql, List<?> bound, RowAction action) {
        try {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setFetchSize(FETCH_SIZE);
                bind(statement, bound);
                try (ResultSet row = statement.executeQuery()) {
                    while (row.next()) {
                        action.take(row);
                    }
                }
            }
            connection.commit();
        } catch (SQLException e) {
            PipelineException failure = failure(side, doing, e);
            rollback(failure);
            throw failure;
        }
    }

    private void bind(PreparedStatement statement, List<?> bound) throws SQLException {
        int place = 0;
        for (Object value : bound) {
            place++;
            if (value instanceof List<?> values) {
                String type = !values.isEmpty() && values.get(0) instanceof Integer ? "integer" : "text";
                Array array = connection.createArrayOf(type, values.toArray());
                statement.setArray(place, array);
            } else if (value instanceof Integer number) {
                statement.setInt(place, number);
            } else {
                statement.setString(place, String.valueOf(value));
            }
        }
    }

    private void rollback(PipelineException failure) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            failure.addSuppressed(e);
        }
    }

    /** The server's primary message alone: its detail may hold values. Those of class 22 quote one themselves. */
    private static PipelineException failure(Side side, String doing, SQLException e) {
        String state = String.valueOf(e.getSQLState());
        String told = e instanceof PSQLException server && server.getServerErrorMessage() != null
                ? String.valueOf(server.getServerErrorMessage().getMessage())
                : String.valueOf(e.getMessage());
        String reason = state.startsWith("22") ? "a value that cannot be read" : told;
        return new PipelineException(side.kindOf(state), doing + ": " + reason + " (SQLSTATE " + state + ')', e);
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw failure(side, "closing the connection to the " + side, e);
        }
    }
}
