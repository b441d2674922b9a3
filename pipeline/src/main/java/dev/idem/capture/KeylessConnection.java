package dev.idem.capture;

import io.debezium.connector.postgresql.PostgresConnectorConfig;
import io.debezium.connector.postgresql.TypeRegistry;
import io.debezium.connector.postgresql.connection.PostgresConnection;
import io.debezium.relational.TableId;
import java.sql.DatabaseMetaData;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells the engine's decoder that no table has a key.
 *
 * <p>The engine would take the key that the catalogue has now for a change that may be hours old. Keys are taken from
 * our own definitions instead, and a key that no one reads need not be built: printing it for a JMX attribute alone
 * takes the engine a third of its time.
 *
 * <p>The lists are the decoder's to change.
 *
 * <p><i>Source:</i> Debezium {@code PgOutputMessageDecoder.handleRelationMessage}, {@code EventFormatter.toString}.
 */
final class KeylessConnection extends PostgresConnection {

    KeylessConnection(PostgresConnectorConfig config, TypeRegistry types) {
        super(config, types, PostgresConnection.CONNECTION_GENERAL);
    }

    @Override
    public List<String> readPrimaryKeyNames(DatabaseMetaData metadata, TableId table) {
        return new ArrayList<>();
    }

    @Override
    public List<String> readTableUniqueIndices(DatabaseMetaData metadata, TableId table) {
        return new ArrayList<>();
    }
}
