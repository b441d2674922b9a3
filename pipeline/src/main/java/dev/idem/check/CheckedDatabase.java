package dev.idem.check;

import dev.idem.sql.SqlIdentifier;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * A session that only asks.
 *
 * <p><i>Threads:</i> one thread.
 */
final class CheckedDatabase implements AutoCloseable {

    private final Connection connection;

    private CheckedDatabase(Connection connection) {
        this.connection = connection;
    }

    static CheckedDatabase connect(String url, Map<String, String> properties) throws SQLException {
        Properties all = new Properties();
        all.setProperty("ApplicationName", "idem check");
        all.setProperty("connectTimeout", "10");
        all.setProperty("socketTimeout", "60");
        all.setProperty("options", "-c search_path=pg_catalog");
        all.putAll(properties);
        all.setProperty("logServerErrorDetail", "false");
        return new CheckedDatabase(DriverManager.getConnection(url, all));
    }

    Connection connection() {
        return connection;
    }

    /** The rows as texts; NULL is an empty text. */
    List<List<String>> rows(String sql, String... bound) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < bound.length; i++) {
                statement.setString(i + 1, bound[i]);
            }
            List<List<String>> rows = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                int width = row.getMetaData().getColumnCount();
                while (row.next()) {
                    List<String> values = new ArrayList<>();
                    for (int i = 1; i <= width; i++) {
                        String value = row.getString(i);
                        values.add(value == null ? "" : value);
                    }
                    rows.add(values);
                }
            }
            return rows;
        }
    }

    /** The first value of the only row. */
    String one(String sql, String... bound) throws SQLException {
        return rows(sql, bound).get(0).get(0);
    }

    boolean isTrue(String sql, String... bound) throws SQLException {
        return one(sql, bound).equals("t");
    }

    int number(String sql, String... bound) throws SQLException {
        return Integer.parseInt(one(sql, bound));
    }

    /** The session's role, quoted for a statement. */
    String role() throws SQLException {
        return SqlIdentifier.quoted(one("select current_user"));
    }

    /** The session's database, quoted for a statement. */
    String database() throws SQLException {
        return SqlIdentifier.quoted(one("select current_database()"));
    }

    /** Which database of which cluster it is, the same for two sessions on one database. */
    String identity() throws SQLException {
        return one("select system_identifier || '/' || current_database() from pg_control_system()");
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
