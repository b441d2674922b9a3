package dev.idem.capture;

import dev.idem.change.ColumnDefinition;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads how the publication publishes tables: with which columns and which rows.
 *
 * <p><i>Threads:</i> one thread.
 *
 * <p><i>Source:</i> PostgreSQL, {@code pg_publication_tables}; lists and filters exist from version 15 on.
 */
final class PublishedTables {

    private static final int VERSION_WITH_FILTERS = 15;

    private final Connection connection;
    private final String publication;

    PublishedTables(Connection connection, String publication) {
        this.connection = connection;
        this.publication = publication;
    }

    /** The table as it is published; empty where it does not exist. */
    Optional<PublishedTable> find(TableId table) {
        Optional<TableDefinition> definition = new SourceCatalogue(connection).definition(table);
        try {
            return definition.isEmpty() ? Optional.empty() : Optional.of(published(definition.get()));
        } catch (SQLException e) {
            throw SourceFault.of("reading how " + table + " is published", e);
        }
    }

    private PublishedTable published(TableDefinition definition) throws SQLException {
        boolean partitioned = isPartitioned(definition.relation());
        if (connection.getMetaData().getDatabaseMajorVersion() < VERSION_WITH_FILTERS) {
            return new PublishedTable(definition, partitioned, Optional.empty());
        }
        String sql = "select attnames::text[], rowfilter from pg_publication_tables"
                + " where pubname = ? and schemaname = ? and tablename = ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, publication);
            statement.setString(2, definition.table().schema());
            statement.setString(3, definition.table().name());
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return new PublishedTable(definition, partitioned, Optional.empty());
                }
                Object names = row.getObject(1) == null
                        ? new String[0]
                        : row.getArray(1).getArray();
                return new PublishedTable(
                        narrowed(definition, new HashSet<>(Arrays.asList((String[]) names))),
                        partitioned,
                        Optional.ofNullable(row.getString(2)));
            }
        }
    }

    private static TableDefinition narrowed(TableDefinition definition, Set<String> names) {
        List<ColumnDefinition> columns = definition.columns().stream()
                .filter(column -> column.generated() || names.contains(column.name()))
                .toList();
        if (columns.size() == definition.columns().size()) {
            return definition;
        }
        List<String> key = names.containsAll(definition.key()) ? definition.key() : List.of();
        return new TableDefinition(
                definition.table(),
                definition.number(),
                definition.relation(),
                columns,
                key,
                definition.replicaIdentity(),
                definition.types());
    }

    private boolean isPartitioned(long relation) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("select relkind = 'p' from pg_class where oid = ?::oid")) {
            statement.setLong(1, relation);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }
}
