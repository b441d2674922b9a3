package dev.idem.capture;

import dev.idem.change.TableId;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the publication, or checks the one that is there.
 *
 * <p>A missing publication is made for the chosen tables; tables that a publication lacks are added to it. One that
 * publishes less than inserts, updates, deletes and truncates is refused.
 *
 * <p><i>Threads:</i> one thread.
 */
final class SourcePublication {

    private static final Logger LOG = LoggerFactory.getLogger(SourcePublication.class);

    /** Undefined schema, undefined table. */
    private static final Set<String> GONE = Set.of("3F000", "42P01");

    private final Connection connection;
    private final String name;

    SourcePublication(Connection connection, String name) {
        this.connection = connection;
        this.name = name;
    }

    /** Of these tables those that are not published. */
    Set<TableId> missing(Collection<TableId> tables) {
        Set<TableId> missing = new TreeSet<>(tables);
        missing.removeAll(tables());
        return missing;
    }

    /** Sees to it that these tables are published. */
    void ensure(Collection<TableId> tables) {
        try {
            if (!exists()) {
                execute(creation(tables));
                LOG.info("made the publication name={} tables={}", name, tables.size());
                return;
            }
            requireRoots(tables);
            Set<TableId> missing = missing(tables);
            if (!missing.isEmpty()) {
                execute("alter publication " + quoted(name) + " add table " + list(missing));
                LOG.info("added tables to the publication name={} tables={}", name, missing);
            }
        } catch (SQLException e) {
            if (GONE.contains(String.valueOf(e.getSQLState()))) {
                throw new PipelineException(
                        ErrorKind.SOURCE_UNREACHABLE,
                        "publication " + name + ": a table was dropped or renamed meanwhile; it is looked at again",
                        e);
            }
            throw new PipelineException(
                    SourceFault.of("publication " + name, e).kind(),
                    "publication " + name + ": " + e.getMessage() + " (expected: a role that may make it; or, as the"
                            + " tables' owner: " + creation(tables) + ")",
                    e);
        }
    }

    private String creation(Collection<TableId> tables) {
        return "create publication " + quoted(name) + " for table " + list(tables) + options(connection);
    }

    /** What a publication of ours is made with, on this server. */
    static String options(Connection connection) {
        try {
            boolean generated =
                    connection.getMetaData().getDatabaseMajorVersion() >= RefusedWrites.VERSION_WITH_GENERATED_COLUMNS;
            return " with (publish_via_partition_root = true"
                    + (generated ? ", publish_generated_columns = stored)" : ")");
        } catch (SQLException e) {
            throw SourceFault.of("asking for the server's version", e);
        }
    }

    private boolean exists() throws SQLException {
        String sql =
                "select pubinsert and pubupdate and pubdelete and pubtruncate from pg_publication where pubname = ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, name);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return false;
                }
                if (!row.getBoolean(1)) {
                    throw new PipelineException(
                            ErrorKind.SOURCE_UNFIT,
                            "publication " + name + " leaves operations out (expected: alter publication "
                                    + quoted(name) + " set (publish = 'insert, update, delete, truncate'))");
                }
                return true;
            }
        }
    }

    /** Partitions that stand for themselves would come as tables of their own. */
    private void requireRoots(Collection<TableId> tables) throws SQLException {
        String sql = """
                select n.nspname, c.relname
                from pg_publication p, pg_class c
                join pg_namespace n on n.oid = c.relnamespace
                where p.pubname = ? and not p.pubviaroot and c.relkind = 'p' and not c.relispartition
                """;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, name);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    TableId table = new TableId(row.getString(1), row.getString(2));
                    if (tables.contains(table)) {
                        throw new PipelineException(
                                ErrorKind.SOURCE_UNFIT,
                                "publication " + name + " publishes the partitions of " + table
                                        + " in place of the table (expected: alter publication " + quoted(name)
                                        + " set (publish_via_partition_root = true))");
                    }
                }
            }
        }
    }

    /** The tables that are published. */
    Set<TableId> tables() {
        Set<TableId> tables = new TreeSet<>();
        String sql = "select schemaname, tablename from pg_publication_tables where pubname = ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, name);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    tables.add(new TableId(row.getString(1), row.getString(2)));
                }
            }
        } catch (SQLException e) {
            throw SourceFault.of("reading the tables of publication " + name, e);
        }
        return tables;
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String list(Collection<TableId> tables) {
        List<String> names = tables.stream()
                .map(table -> quoted(table.schema()) + '.' + quoted(table.name()))
                .toList();
        return names.stream().collect(Collectors.joining(", "));
    }

    private static String quoted(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }
}
