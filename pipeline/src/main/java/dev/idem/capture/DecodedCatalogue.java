package dev.idem.capture;

import dev.idem.source.InsertPublication;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/**
 * The rows of the catalogue by which a slot decodes the published tables, as a session sees them: one sum for each
 * table, type and publication, which moves with every change of them.
 *
 * <p><i>Threads:</i> immutable.
 */
final class DecodedCatalogue {

    /*
     * A row that replaces another has another xmin, so that the sum over a table's rows tells any change of them. Looked
     * at is what the output plugin looks at: the tables' names, files, columns, indexes and places under their roots,
     * and the types, their labels and attributes. Row types of tables, and arrays, come and go with what they are of.
     */
    private static final String ROWS = """
            with recursive published (oid) as (
                select t.relid
                from pg_publication p, pg_get_publication_tables(p.pubname::text) t
                where p.pubname = any (?)
                union
                select i.inhrelid from published p join pg_inherits i on i.inhparent = p.oid
            ),
            rows (name, number, writer) as (
                select c.oid::regclass::text, c.oid::bigint, c.xmin from published join pg_class c using (oid)
                union all
                select c.oid::regclass::text, t.oid::bigint, t.xmin
                from published join pg_class c using (oid) join pg_class t on t.oid = c.reltoastrelid
                union all
                select a.attrelid::regclass::text, a.attnum, a.xmin
                from published p join pg_attribute a on a.attrelid = p.oid and a.attnum > 0
                union all
                select i.indrelid::regclass::text, i.indexrelid::bigint, i.xmin
                from published p join pg_index i on i.indrelid = p.oid
                union all
                select i.inhrelid::regclass::text, i.inhparent::bigint, i.xmin
                from published p join pg_inherits i on i.inhrelid = p.oid
                union all
                select format_type(t.oid, null), t.oid::bigint, t.xmin
                from pg_type t
                left join pg_class c on c.oid = t.typrelid
                where t.oid >= 16384 and t.typelem = 0 and coalesce(c.relkind, 'c') = 'c'
                union all
                select format_type(e.enumtypid, null), e.oid::bigint, e.xmin from pg_enum e
                union all
                select format_type(c.reltype, null), a.attnum, a.xmin
                from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
                where c.relkind = 'c'
                union all
                select 'publication ' || p.pubname, p.oid::bigint, p.xmin
                from pg_publication p
                where p.pubname = any (?)
                union all
                select 'publication ' || p.pubname, r.oid::bigint, r.xmin
                from pg_publication p join pg_publication_rel r on r.prpubid = p.oid
                where p.pubname = any (?)
            )
            select name, sum(hashint8extended(number, writer::text::bigint)) from rows group by name
            """;

    private static final int PUBLICATIONS_PLACES = 3;

    private final Map<String, String> sums;

    private DecodedCatalogue(Map<String, String> sums) {
        this.sums = sums;
    }

    /** As the session sees it. */
    static DecodedCatalogue read(Connection session, String publication) throws SQLException {
        Array publications =
                session.createArrayOf("text", new String[] {publication, InsertPublication.nameFor(publication)});
        Map<String, String> sums = new HashMap<>();
        try (PreparedStatement statement = session.prepareStatement(ROWS)) {
            for (int place = 1; place <= PUBLICATIONS_PLACES; place++) {
                statement.setArray(place, publications);
            }
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    sums.put(row.getString(1), row.getString(2));
                }
            }
        }
        return new DecodedCatalogue(sums);
    }

    /** What is not as it was then: names of tables, types and publications, sorted. */
    List<String> changedSince(DecodedCatalogue earlier) {
        TreeSet<String> names = new TreeSet<>(sums.keySet());
        names.addAll(earlier.sums.keySet());
        names.removeIf(name -> Objects.equals(sums.get(name), earlier.sums.get(name)));
        return List.copyOf(names);
    }
}
