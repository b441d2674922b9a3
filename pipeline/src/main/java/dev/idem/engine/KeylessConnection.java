package dev.idem.engine;

import io.debezium.connector.postgresql.PostgresConnectorConfig;
import io.debezium.connector.postgresql.TypeRegistry;
import io.debezium.connector.postgresql.connection.PostgresConnection;
import io.debezium.relational.Column;
import io.debezium.relational.TableId;
import io.debezium.relational.Tables.ColumnNameFilter;
import java.sql.DatabaseMetaData;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells the engine's decoder that no table has a key and that every column may be NULL.
 *
 * <p>The engine would take the key that the catalogue has now for a change that may be hours old. Keys are taken from
 * our own definitions instead, and a key that no one reads need not be built: printing it for a JMX attribute alone
 * takes the engine a third of its time.
 *
 * <p>Nor is the catalogue asked for columns: it has them as they are now, and the stream names its own.
 *
 * <p>The lists are the decoder's to change.
 *
 * <p><i>Source:</i> Debezium {@code PgOutputMessageDecoder.handleRelationMessage}, {@code EventFormatter.toString}.
 */
final class KeylessConnection extends PostgresConnection {

    private List<String> columns = List.of();

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

    /** The columns of the table that the decoder asks for next. */
    void announce(List<String> names) {
        columns = names;
    }

    @Override
    public List<Column> getTableColumnsForDecoder(TableId table, ColumnNameFilter filter) {
        List<Column> described = new ArrayList<>();
        for (String name : columns) {
            described.add(Column.editor().name(name).optional(true).create());
        }
        return described;
    }
}
