package dev.idem.engine;

import io.debezium.connector.postgresql.PostgresType;
import io.debezium.connector.postgresql.TypeRegistry;
import io.debezium.connector.postgresql.connection.PostgresConnection;

/**
 * Declares every column of the stream to be of type text, so that the engine's decoder hands values on as the server
 * wrote them.
 *
 * <p>The output plugin sends each value as its type's text. The decoder would parse it by type into a Java value, which
 * loses some (the zone of timetz, dates before 1582, NaN in arrays, unknown types) and costs time for all.
 *
 * <p><i>Source:</i> Debezium {@code PgOutputMessageDecoder.resolveColumnsFromStreamTupleData},
 * {@code ReplicationMessageColumnValueResolver}.
 */
final class TextTypes extends TypeRegistry {

    private static final int TEXT_OID = 25;

    TextTypes(PostgresConnection connection) {
        super(connection);
    }

    @Override
    public PostgresType get(int oid) {
        return super.get(TEXT_OID);
    }

    @Override
    public PostgresType get(String schema, String name) {
        return super.get(TEXT_OID);
    }

    @Override
    public PostgresType get(String name) {
        return super.get(TEXT_OID);
    }
}
