package dev.idem.testing.memory;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An array that a caller binds.
 *
 * <p><i>Threads:</i> immutable by agreement.
 */
final class BoundArray implements Array {

    private final String type;
    private final @Nullable Object[] elements;

    BoundArray(String type, @Nullable Object[] elements) {
        this.type = type;
        this.elements = elements;
    }

    @Nullable
    Object[] elements() {
        return elements;
    }

    @Override
    public String getBaseTypeName() {
        return type;
    }

    @Override
    public int getBaseType() {
        return java.sql.Types.OTHER;
    }

    @Override
    public Object getArray() {
        return elements;
    }

    @Override
    public Object getArray(Map<String, Class<?>> map) {
        return elements;
    }

    @Override
    public Object getArray(long index, int count) throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public Object getArray(long index, int count, Map<String, Class<?>> map) throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public ResultSet getResultSet() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public ResultSet getResultSet(Map<String, Class<?>> map) throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public ResultSet getResultSet(long index, int count) throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public ResultSet getResultSet(long index, int count, Map<String, Class<?>> map)
            throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public void free() {
        // nothing is held outside of memory
    }
}
