package dev.idem.source;

import dev.idem.change.TableId;
import dev.idem.sql.SqlIdentifier;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/**
 * Finds tables whose updates and deletes the source refuses once they are published, for the sake of generated columns.
 *
 * <p>From PostgreSQL 18 on a replica identity must not contain a generated column that the publication leaves out, and
 * under REPLICA IDENTITY FULL it contains all. A virtual one is never published.
 *
 * <p><i>Threads:</i> one thread.
 *
 * <p><i>Source:</i> PostgreSQL 18, {@code CheckCmdReplicaIdentity}, {@code pub_contains_invalid_column}.
 */
final class RefusedWrites {

    /** The first version that publishes generated columns, and asks for them. */
    static final int VERSION_WITH_GENERATED_COLUMNS = 18;

    private static final String TABLES = """
            select n.nspname, r.relname, bool_or(a.attgenerated = 'v'),
                exists (select from pg_publication_tables t
                    where t.pubname = ? and t.schemaname = n.nspname and t.tablename = r.relname)
            from pg_class c
            join pg_attribute a on a.attrelid = c.oid and a.attgenerated <> '' and not a.attisdropped
            join pg_class r on r.oid = coalesce(pg_partition_root(c.oid)::oid, c.oid)
            join pg_namespace n on n.oid = r.relnamespace
            where c.relkind in ('r', 'p') and c.relreplident = 'f'
                and (a.attgenerated = 'v'
                    or exists (select from pg_publication p where p.pubname = ? and p.pubgencols = 'n'))
            group by 1, 2
            """;

    private final Map<TableId, Refusal> refusals = new HashMap<>();
    private final String publication;

    private RefusedWrites(String publication) {
        this.publication = publication;
    }

    private record Refusal(boolean virtual, boolean published) {}

    /** Those of now; the publication need not exist. */
    static RefusedWrites read(Connection connection, String publication) throws SQLException {
        RefusedWrites found = new RefusedWrites(publication);
        if (connection.getMetaData().getDatabaseMajorVersion() < VERSION_WITH_GENERATED_COLUMNS) {
            return found;
        }
        try (PreparedStatement statement = connection.prepareStatement(TABLES)) {
            statement.setString(1, publication);
            statement.setString(2, publication);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    found.refusals.put(
                            new TableId(row.getString(1), row.getString(2)),
                            new Refusal(row.getBoolean(3), row.getBoolean(4)));
                }
            }
        }
        return found;
    }

    /** True where publishing the table would take updates and deletes from its users, who can do them now. */
    boolean wouldFollow(TableId table) {
        Refusal refusal = refusals.get(table);
        return refusal != null && !refusal.published();
    }

    /** True where the source refuses them already. */
    boolean isSo(TableId table) {
        Refusal refusal = refusals.get(table);
        return refusal != null && refusal.published();
    }

    /** Why, and what helps. */
    String reason(TableId table) {
        Refusal refusal = refusals.get(table);
        boolean virtual = refusal != null && refusal.virtual();
        String why = "its replica identity is FULL and it has " + (virtual ? "virtual " : "") + "generated columns"
                + (virtual ? "" : ", which publication " + publication + " does not publish")
                + ", so the source refuses updates and deletes while it is published; remedy: ";
        return virtual
                ? why + "alter table " + SqlIdentifier.quoted(table.schema(), table.name())
                        + " replica identity default"
                : why + "alter publication " + SqlIdentifier.quoted(publication)
                        + " set (publish_generated_columns = stored)";
    }
}
