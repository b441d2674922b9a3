package dev.idem.engine;

import dev.idem.source.InsertPublication;
import dev.idem.source.SourcePublication;
import io.debezium.config.Configuration;
import io.debezium.connector.postgresql.PostgresConnectorConfig;
import io.debezium.connector.postgresql.PostgresConnectorTask;
import io.debezium.connector.postgresql.PostgresOffsetContext;
import io.debezium.connector.postgresql.PostgresPartition;
import io.debezium.connector.postgresql.PostgresSchema;
import io.debezium.connector.postgresql.connection.PostgresConnection;
import io.debezium.connector.postgresql.connection.ReplicationConnection;
import io.debezium.jdbc.JdbcConnection;
import io.debezium.pipeline.ChangeEventSourceCoordinator;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Debezium's PostgreSQL task, set to hand on the stream's values as text and its changes without a key.
 *
 * <p>Made by the engine.
 */
public final class TextConnectorTask extends PostgresConnectorTask {

    private Configuration options = Configuration.empty();
    private @Nullable KeylessConnection decoderConnection;

    /** Made by the engine. */
    public TextConnectorTask() {}

    @Override
    public ChangeEventSourceCoordinator<PostgresPartition, PostgresOffsetContext> start(Configuration given) {
        options = given;
        return super.start(given);
    }

    @Override
    protected ReplicationConnection buildReplicationConnection(
            PostgresConnection connection, PostgresSchema schema, PostgresConnectorConfig config) throws SQLException {
        Configuration given = options;
        closeDecoderConnection();
        TextTypes types = new TextTypes(connection);
        KeylessConnection keyless = new KeylessConnection(config, types);
        decoderConnection = keyless;
        ReplicationConnection replication = ReplicationConnection.builder(config)
                .withSlot(config.slotName())
                .withPublication(config.publicationName())
                .withTableFilter(config.getTableFilters())
                .withPublicationAutocreateMode(PostgresConnectorConfig.AutoCreateMode.DISABLED)
                .withPlugin(config.plugin())
                .dropSlotOnClose(false)
                .createFailOverSlot(given.getBoolean(PostgresConnectorConfig.CREATE_FAIL_OVER_SLOT))
                .streamParams(given.getString(PostgresConnectorConfig.STREAM_PARAMS))
                .statusUpdateInterval(
                        Duration.ofMillis(given.getLong(PostgresConnectorConfig.STATUS_UPDATE_INTERVAL_MS)))
                .withTypeRegistry(types)
                .withSchema(schema)
                .jdbcMetadataConnection(keyless)
                .build();
        fixSession(replication);
        RelationTap.into(
                replication,
                publications(connection, config),
                EngineTables.of(connection, config),
                keyless::announce,
                UnreadCatalogue.of(schema)::open);
        return replication;
    }

    /** The publications that are streamed: the engine itself knows one. */
    private static List<String> publications(PostgresConnection connection, PostgresConnectorConfig config)
            throws SQLException {
        String inserts = InsertPublication.nameFor(config.publicationName());
        return SourcePublication.exists(connection.connection(), inserts)
                ? List.of(config.publicationName(), inserts)
                : List.of(config.publicationName());
    }

    /**
     * Connects as the other sessions do, with the statements that fix how values are printed. The replication
     * connection itself would connect without them, and the settings of the database, the role and the JVM's time zone
     * would decide: with {@code extra_float_digits = -10} digits would be lost.
     *
     * <p><i>Source:</i> Debezium {@code PostgresReplicationConnection.pgConnection}, {@code JdbcConnection.connection}.
     */
    private static void fixSession(ReplicationConnection replication) throws SQLException {
        if (replication instanceof JdbcConnection session) {
            session.connection();
        } else {
            throw new IllegalStateException("the replication connection is a "
                    + replication.getClass().getName() + " (expected: a JdbcConnection)");
        }
    }

    @Override
    protected void doStop() {
        try {
            super.doStop();
        } finally {
            closeDecoderConnection();
        }
    }

    private void closeDecoderConnection() {
        KeylessConnection open = decoderConnection;
        decoderConnection = null;
        if (open != null) {
            open.close();
        }
    }
}
