package dev.idem.testing.memory;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.util.Properties;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Leads connections to a {@link MemoryWarehouse}.
 *
 * <p><i>Threads:</i> thread-safe.
 */
final class MemoryDriver implements Driver {

    static final String PREFIX = "jdbc:idem-memory:";

    private MemoryDriver() {}

    static void register() {
        try {
            DriverManager.registerDriver(new MemoryDriver());
        } catch (SQLException e) {
            throw new IllegalStateException("the driver of the warehouse in memory", e);
        }
    }

    @Override
    public @Nullable Connection connect(String url, Properties info) throws SQLException {
        if (!acceptsURL(url)) {
            return null;
        }
        MemoryWarehouse warehouse = MemoryWarehouse.find(url);
        if (warehouse == null) {
            throw new SQLException("no warehouse at " + url, "08001");
        }
        return warehouse.connect().connection();
    }

    @Override
    public boolean acceptsURL(String url) {
        return url.startsWith(PREFIX);
    }

    @Override
    public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) {
        return new DriverPropertyInfo[0];
    }

    @Override
    public int getMajorVersion() {
        return 1;
    }

    @Override
    public int getMinorVersion() {
        return 0;
    }

    @Override
    public boolean jdbcCompliant() {
        return false;
    }

    @Override
    public Logger getParentLogger() {
        return Logger.getGlobal();
    }
}
