package dev.idem.source;

import dev.idem.change.TableId;
import dev.idem.sql.SqlIdentifier;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;

/**
 * Tables of which the source cannot say which row an update or delete is about: they have neither a key nor a replica
 * identity. Where a publication publishes such writes of them, the source refuses them. So their inserts and truncates
 * are published by {@link InsertPublication}, unless the capture's publication has them already.
 *
 * <p><i>Threads:</i> immutable.
 *
 * <p><i>Source:</i> PostgreSQL, {@code CheckCmdReplicaIdentity}.
 */
final class UnidentifiedTables {

    private static final String STATE = """
            select
                exists (select from pg_publication where pubname = ?),
                exists (select from pg_publication where pubname = ?),
                exists (select from pg_replication_slots where slot_name = ?)
                    or not has_database_privilege(current_database(), 'create')
            """;

    private final String publication;
    private final Set<TableId> published;
    private final boolean leftOut;

    private UnidentifiedTables(String publication, Set<TableId> published, boolean leftOut) {
        this.publication = publication;
        this.published = Set.copyOf(published);
        this.leftOut = leftOut;
    }

    static UnidentifiedTables read(Connection connection, SourceSettings settings) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(STATE)) {
            statement.setString(1, settings.publication());
            statement.setString(2, settings.insertPublication());
            statement.setString(3, settings.slot());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                boolean leftOut = row.getBoolean(1) && !row.getBoolean(2) && row.getBoolean(3);
                return new UnidentifiedTables(
                        settings.publication(), SourcePublication.tables(connection, settings.publication()), leftOut);
            }
        }
    }

    /** Why the table's inserts cannot be captured either; empty where they can. */
    Optional<String> obstacle(TableId table, String remedy) {
        return leftOut && !published.contains(table)
                ? Optional.of("it has no replica identity, so the source would refuse its updates and deletes if"
                        + " publication " + publication + " had it, and there is no publication "
                        + InsertPublication.nameFor(publication) + " for inserts; remedy: " + remedy)
                : Optional.empty();
    }

    /** What the capture does not get of the table. */
    String warning(TableId table, String identity, boolean deferrableKey, String remedy) {
        String why = deferrableKey
                ? "its primary key is deferrable, which is no replica identity"
                : identity.equals("n")
                        ? "its replica identity is NOTHING"
                        : "it has no primary key and no replica identity";
        return why
                + (published.contains(table)
                        ? ", so the source refuses updates and deletes while publication " + publication + " has it"
                        : ", so its updates and deletes are not captured")
                + "; inserts are captured; remedy: " + remedy;
    }

    /** The statement that gives the table an identity; partitions do not take it from their root. */
    static String remedy(TableId table, boolean partitioned) {
        String name = SqlIdentifier.quoted(table.schema(), table.name());
        return partitioned
                ? "do $$ declare part regclass; begin for part in select relid from pg_partition_tree('"
                        + name.replace("'", "''")
                        + "') loop execute format('alter table %s replica identity full', part); end loop; end $$"
                : "alter table " + name + " replica identity full";
    }
}
