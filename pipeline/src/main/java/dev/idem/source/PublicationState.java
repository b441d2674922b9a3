package dev.idem.source;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What a publication was when it was looked at: which rows of the catalogue make it up, and who wrote them.
 *
 * <p>What a publication leaves out is not in the stream, and nothing says so: an operation, a table, a row that a
 * filter hides; from PostgreSQL 18 on everything, while there is no publication. One look may find it as it was before,
 * though changes were left out in between; but every change of it writes a row anew, with another {@code xmin}.
 *
 * <p><i>Threads:</i> immutable.
 */
public final class PublicationState {

    private static final int VERSION_WITH_SCHEMAS = 15;
    private static final String SCHEMAS = """
            || coalesce((
                select string_agg(s.oid || ' ' || s.xmin, ',' order by s.oid)
                from pg_publication_namespace s
                where s.pnpubid = p.oid), '')
            """;
    private static final String WHOLE = """
            select p.oid || ' ' || p.xmin || ' ' %s
            from pg_publication p
            where p.pubname = ?
            """;
    private static final String RELATIONS = """
            select r.prrelid::bigint, r.oid || ' ' || r.xmin
            from pg_publication p
            join pg_publication_rel r on r.prpubid = p.oid
            where p.pubname = ?
            """;

    private final String whole;
    private final Map<Long, String> relations;

    private PublicationState(String whole, Map<Long, String> relations) {
        this.whole = whole;
        this.relations = relations;
    }

    /** As it is now; there need be none of that name. */
    public static PublicationState read(SourceDatabase source, String publication) {
        try {
            return new PublicationState(whole(source, publication), relations(source, publication));
        } catch (SQLException e) {
            throw SourceFault.of("reading the publication " + publication, e);
        }
    }

    private static String whole(SourceDatabase source, String publication) throws SQLException {
        boolean hasSchemas = source.connection().getMetaData().getDatabaseMajorVersion() >= VERSION_WITH_SCHEMAS;
        try (PreparedStatement statement =
                source.connection().prepareStatement(WHOLE.formatted(hasSchemas ? SCHEMAS : ""))) {
            statement.setString(1, publication);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getString(1) : "";
            }
        }
    }

    private static Map<Long, String> relations(SourceDatabase source, String publication) throws SQLException {
        Map<Long, String> relations = new HashMap<>();
        try (PreparedStatement statement = source.connection().prepareStatement(RELATIONS)) {
            statement.setString(1, publication);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    relations.put(row.getLong(1), row.getString(2));
                }
            }
        }
        return relations;
    }

    /** True where changes of a relation may have been left out since. */
    public boolean hasChangedSince(PublicationState before, long relation) {
        return !whole.equals(before.whole) || !Objects.equals(relations.get(relation), before.relations.get(relation));
    }
}
