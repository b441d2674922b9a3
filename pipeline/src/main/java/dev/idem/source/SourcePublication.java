package dev.idem.source;

import dev.idem.change.TableId;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.sql.SqlIdentifier;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the publication, or checks the one that is there.
 *
 * <p>A missing publication is made for the chosen tables; tables that a publication lacks are added to it. One that
 * publishes less than inserts, updates, deletes and truncates is refused. Tables whose users could not update them any
 * more are left to {@link InsertPublication}.
 *
 * <p><i>Threads:</i> one thread.
 */
public final class SourcePublication {

    private static final Logger LOG = LoggerFactory.getLogger(SourcePublication.class);

    /** Undefined schema, undefined table, one that cannot be published, and one that took another's name and is. */
    private static final Set<String> CHANGED_MEANWHILE = Set.of("3F000", "42P01", "22023", "42710");

    private final Connection connection;
    private final String name;
    private final InsertPublication inserts;

    /** The publication of this name, there or not, seen through a connection that stays its owner's. */
    public SourcePublication(Connection connection, String name) {
        this.connection = connection;
        this.name = name;
        this.inserts = new InsertPublication(connection, name);
    }

    /** What has to be there before the slot is made. */
    public void prepare() {
        try {
            inserts.makeWhereMissing();
        } catch (SQLException e) {
            throw SourceFault.of("publication " + InsertPublication.nameFor(name), e);
        }
    }

    /** Of these tables those that are not published, or with their inserts alone although they need not be. */
    public Set<TableId> missing(Collection<SourceTable> tables) {
        Set<TableId> whole = whole(tables);
        Set<TableId> missing = without(whole, tables(connection, name));
        missing.addAll(unpublishedInserts(tables, whole));
        return missing;
    }

    /** Sees to it that these tables are published. */
    public void ensure(Collection<SourceTable> tables) {
        Set<TableId> whole = whole(tables);
        try {
            inserts.remove(common(inserts.tables(), whole));
            if (exists()) {
                requireRoots(whole);
                add(without(whole, tables(connection, name)));
            } else {
                execute(creation(whole));
                LOG.info("made the publication name={} tables={}", name, whole.size());
            }
            inserts.add(unpublishedInserts(tables, whole));
        } catch (SQLException e) {
            if (CHANGED_MEANWHILE.contains(String.valueOf(e.getSQLState()))) {
                throw new PipelineException(
                        ErrorKind.SOURCE_UNREACHABLE,
                        "publication " + name
                                + ": a table was dropped, renamed or made unlogged meanwhile; it is looked at again",
                        e);
            }
            throw new PipelineException(
                    SourceFault.of("publication " + name, e).kind(),
                    "publication " + name + ": " + e.getMessage() + " (expected: a role that may make it; or, as the"
                            + " tables' owner: " + creation(whole) + ")",
                    e);
        }
    }

    private void add(Set<TableId> missing) throws SQLException {
        if (!missing.isEmpty()) {
            execute("alter publication " + SqlIdentifier.quoted(name) + " add table "
                    + InsertPublication.list(missing));
            LOG.info("added tables to the publication name={} tables={}", name, missing);
        }
    }

    /** The tables of which everything is to be published: those that the source can identify rows of. */
    private Set<TableId> whole(Collection<SourceTable> tables) {
        try {
            return inserts.exists() ? ids(tables, SourceTable::identified) : ids(tables, table -> true);
        } catch (SQLException e) {
            throw SourceFault.of("publication " + InsertPublication.nameFor(name), e);
        }
    }

    private Set<TableId> unpublishedInserts(Collection<SourceTable> tables, Set<TableId> whole) {
        return without(ids(tables, table -> !whole.contains(table.table())), tables());
    }

    private static Set<TableId> ids(Collection<SourceTable> tables, Predicate<SourceTable> chosen) {
        return tables.stream().filter(chosen).map(SourceTable::table).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<TableId> without(Set<TableId> tables, Set<TableId> others) {
        Set<TableId> left = new TreeSet<>(tables);
        left.removeAll(others);
        return left;
    }

    private static Set<TableId> common(Set<TableId> tables, Set<TableId> others) {
        Set<TableId> both = new TreeSet<>(tables);
        both.retainAll(others);
        return both;
    }

    private String creation(Collection<TableId> tables) {
        return "create publication " + SqlIdentifier.quoted(name)
                + (tables.isEmpty() ? "" : " for table " + InsertPublication.list(tables)) + options(connection);
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

    /** Whether the database has a publication of this name. */
    public static boolean exists(Connection connection, String publication) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("select exists (select from pg_publication where pubname = ?)")) {
            statement.setString(1, publication);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
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
                                    + SqlIdentifier.quoted(name)
                                    + " set (publish = 'insert, update, delete, truncate'))");
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
                                        + " in place of the table (expected: alter publication "
                                        + SqlIdentifier.quoted(name)
                                        + " set (publish_via_partition_root = true))");
                    }
                }
            }
        }
    }

    /** The tables that are published, with all that is written to them or their inserts alone. */
    public Set<TableId> tables() {
        Set<TableId> tables = tables(connection, name);
        tables.addAll(inserts.tables());
        return tables;
    }

    /** The tables whose inserts alone are published. */
    public Set<TableId> insertsOnly() {
        return without(inserts.tables(), tables(connection, name));
    }

    /** The tables of a publication; none where it does not exist. */
    public static Set<TableId> tables(Connection connection, String publication) {
        Set<TableId> tables = new TreeSet<>();
        String sql = "select schemaname, tablename from pg_publication_tables where pubname = ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, publication);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    tables.add(new TableId(row.getString(1), row.getString(2)));
                }
            }
        } catch (SQLException e) {
            throw SourceFault.of("reading the tables of publication " + publication, e);
        }
        return tables;
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
