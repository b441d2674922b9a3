package dev.idem.verify;

import dev.idem.change.TableId;
import dev.idem.sql.PublicationSql;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the shapes of tables from a server's catalogue.
 *
 * <p><i>Threads:</i> one thread.
 */
final class ShapeCatalogue {

    private static final String TABLE = """
            select c.oid::text, c.relkind = 'p',
                coalesce((
                    select array_agg(a.attname::text order by k.place)
                    from pg_index i
                    cross join lateral unnest(i.indkey::int2[]) with ordinality as k (attnum, place)
                    join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
                    where i.indrelid = c.oid and k.place <= i.indnkeyatts
                        and case when c.relreplident = 'i' then i.indisreplident else i.indisprimary end
                ), '{}')
            from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = ? and c.relname = ? and c.relkind in ('r', 'p')
            """;

    private static final String COLUMNS = """
            with recursive domain as (
                select t.oid as type, t.oid as base, t.typtype, t.typbasetype
                from pg_type t
                where t.oid in (select atttypid from pg_attribute where attrelid = ?::oid)
                union all
                select domain.type, t.oid, t.typtype, t.typbasetype
                from domain
                join pg_type t on t.oid = domain.typbasetype
                where domain.typtype = 'd'
            )
            select a.attname::text,
                case when base.typnamespace = 'pg_catalog'::regnamespace then base.typname::text end,
                base.typlen < 0,
                a.attgenerated <> ''
            from pg_attribute a
            join domain on domain.type = a.atttypid and domain.typtype <> 'd'
            join pg_type base on base.oid = domain.base
            where a.attrelid = ?::oid and a.attnum > 0 and not a.attisdropped
            order by a.attnum
            """;

    private final ComparedDatabase database;

    ShapeCatalogue(ComparedDatabase database) {
        this.database = database;
    }

    private record Relation(String oid, boolean partitioned, List<String> key) {}

    /** The table's shape; empty where there is no such table. */
    Optional<Shape> shape(TableId table) {
        return shape(table, Optional.empty());
    }

    /** The table's shape as a publication publishes it: a list of columns and a filter of rows leave the others out. */
    Optional<Shape> shape(TableId table, Optional<String> publication) {
        String doing = "reading the definition of " + table + " at the " + database.side();
        return database.list(doing, TABLE, List.of(table.schema(), table.name()), ShapeCatalogue::relation).stream()
                .findFirst()
                .map(relation -> {
                    Shape whole = new Shape(
                            relation.partitioned(), columns(doing, relation.oid()), Optional.empty(), relation.key());
                    return publication
                            .filter(name -> database.majorVersion() >= PublicationSql.VERSION_WITH_FILTERS)
                            .map(name -> published(whole, doing, name, relation.oid()))
                            .orElse(whole);
                });
    }

    private Shape published(Shape shape, String doing, String publication, String oid) {
        return database
                .list(doing, PublicationSql.listAndFilter(), List.of(publication, oid), row -> {
                    Array names = row.getArray(1);
                    Set<String> published =
                            names == null ? shape.columns().keySet() : Set.of((String[]) names.getArray());
                    return shape.published(published, Optional.ofNullable(row.getString(2)));
                })
                .stream()
                .findFirst()
                .orElse(shape);
    }

    private static Relation relation(ResultSet row) throws SQLException {
        Array key = row.getArray(3);
        return new Relation(row.getString(1), row.getBoolean(2), Arrays.asList((String[]) key.getArray()));
    }

    private Map<String, Shape.Column> columns(String doing, String oid) {
        Map<String, Shape.Column> columns = new LinkedHashMap<>();
        database.each(
                doing,
                COLUMNS,
                List.of(oid, oid),
                row -> columns.put(
                        row.getString(1),
                        new Shape.Column(Optional.ofNullable(row.getString(2)), row.getBoolean(3), row.getBoolean(4))));
        return columns;
    }
}
