package dev.idem.source;

import dev.idem.change.TableId;
import dev.idem.sql.SqlIdentifier;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The second publication, which publishes inserts and truncates alone, for the tables that {@link UnidentifiedTables}
 * is about.
 *
 * <p>It must be older than the slot: the stream looks its publications up as the catalogue was, and before PostgreSQL
 * 18 does not go on where one is missing. So it is made before the slot, with or without tables, or not at all.
 *
 * <p><i>Threads:</i> one thread.
 */
public final class InsertPublication {

    private static final Logger LOG = LoggerFactory.getLogger(InsertPublication.class);
    private static final String ENDING = "_inserts";
    private static final int LONGEST_NAME = 63;

    /** Insufficient privilege; a standby. */
    private static final Set<String> MAY_NOT = Set.of("42501", "25006");

    private final Connection connection;
    private final String name;

    InsertPublication(Connection connection, String publication) {
        this.connection = connection;
        this.name = nameFor(publication);
    }

    /** What it is called beside the capture's publication. */
    public static String nameFor(String publication) {
        String stem = publication;
        while ((stem + ENDING).getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
            stem = stem.substring(0, stem.length() - 1);
        }
        return stem + ENDING;
    }

    boolean exists() throws SQLException {
        return SourcePublication.exists(connection, name);
    }

    /** Makes it where there is none and the role may. */
    void makeWhereMissing() throws SQLException {
        if (exists()) {
            return;
        }
        try {
            execute("create publication " + SqlIdentifier.quoted(name)
                    + " with (publish = 'insert, truncate', publish_via_partition_root = true)");
        } catch (SQLException e) {
            if (!MAY_NOT.contains(String.valueOf(e.getSQLState()))) {
                throw e;
            }
            LOG.debug("the role may not make publication {}", name, e);
        }
    }

    Set<TableId> tables() {
        return SourcePublication.tables(connection, name);
    }

    void add(Collection<TableId> tables) throws SQLException {
        if (!tables.isEmpty()) {
            execute("alter publication " + SqlIdentifier.quoted(name) + " add table " + list(tables));
            LOG.info("publishes inserts alone name={} tables={}", name, tables);
        }
    }

    void remove(Collection<TableId> tables) throws SQLException {
        if (!tables.isEmpty()) {
            execute("alter publication " + SqlIdentifier.quoted(name) + " drop table " + list(tables));
        }
    }

    static String list(Collection<TableId> tables) {
        return tables.stream()
                .map(table -> SqlIdentifier.quoted(table.schema(), table.name()))
                .collect(Collectors.joining(", "));
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
