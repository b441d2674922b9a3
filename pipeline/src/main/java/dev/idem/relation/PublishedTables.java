package dev.idem.relation;

import dev.idem.change.ColumnDefinition;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.source.PublishedTable;
import dev.idem.source.SourceCatalogue;
import dev.idem.source.SourceFault;
import dev.idem.sql.PublicationSql;
import java.sql.Array;
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
 * <p><i>Source:</i> see {@link PublicationSql}.
 */
public final class PublishedTables {

    private final Connection connection;
    private final String publication;

    /** Reads through a connection that stays its owner's. */
    public PublishedTables(Connection connection, String publication) {
        this.connection = connection;
        this.publication = publication;
    }

    /** The table as it is published; empty where it does not exist. */
    public Optional<PublishedTable> find(TableId table) {
        Optional<TableDefinition> definition = new SourceCatalogue(connection).definition(table);
        try {
            return definition.isEmpty() ? Optional.empty() : Optional.of(published(definition.get()));
        } catch (SQLException e) {
            throw SourceFault.of("reading how " + table + " is published", e);
        }
    }

    private PublishedTable published(TableDefinition definition) throws SQLException {
        boolean partitioned = RelationCatalogue.isPartitioned(connection, definition.relation());
        if (connection.getMetaData().getDatabaseMajorVersion() < PublicationSql.VERSION_WITH_FILTERS) {
            return new PublishedTable(definition, partitioned, Optional.empty());
        }
        try (PreparedStatement statement = connection.prepareStatement(PublicationSql.listAndFilter())) {
            statement.setString(1, publication);
            statement.setLong(2, definition.relation());
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return new PublishedTable(definition, partitioned, Optional.empty());
                }
                Array names = row.getArray(1);
                return new PublishedTable(
                        names == null
                                ? definition
                                : narrowed(definition, new HashSet<>(Arrays.asList((String[]) names.getArray()))),
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
}
