package dev.idem.relation;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/**
 * What reading a table in an older snapshot depends on: its name, its columns and the files of its rows, those of its
 * partitions among them.
 *
 * <p>A statement finds names and files as they are now and rows as they were at its snapshot. A column that has another
 * name since is then read for another one, and a table that was written anew since looks empty.
 *
 * <p><i>Source:</i> PostgreSQL, "Caveats" of "Concurrency Control": TRUNCATE and the rewriting forms of ALTER TABLE are
 * not MVCC-safe.
 */
public final class TableStamp {

    private static final String SQL = """
            with recursive parts (oid) as (
                select ?::bigint::oid
                union all
                select i.inhrelid
                from parts p
                join pg_class c on c.oid = p.oid and c.relkind = 'p'
                join pg_inherits i on i.inhparent = p.oid
            )
            select n.nspname || '.' || c.relname
                || ' ' || (
                    select coalesce(string_agg(a.attnum || ':' || a.attname || ':' || a.atttypid || ':' || a.atttypmod
                        || ':' || a.attgenerated::text, ',' order by a.attnum), '')
                    from pg_attribute a
                    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped)
                || ' ' || (
                    select string_agg(f.oid || ':' || f.relfilenode, ',' order by f.oid)
                    from pg_class f
                    where f.oid in (select oid from parts))
            from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            where c.oid = ?::bigint::oid
            """;

    private TableStamp() {}

    /** The stamp that this session sees; empty where it sees no such table. */
    public static Optional<String> of(Connection session, long relation) throws SQLException {
        try (PreparedStatement statement = session.prepareStatement(SQL)) {
            statement.setLong(1, relation);
            statement.setLong(2, relation);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(row.getString(1)) : Optional.empty();
            }
        }
    }
}
