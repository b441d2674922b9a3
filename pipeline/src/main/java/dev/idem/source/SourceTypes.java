package dev.idem.source;

import dev.idem.change.TypeDefinition;
import dev.idem.change.TypeDefinition.Attribute;
import dev.idem.change.TypeDefinition.CollationType;
import dev.idem.change.TypeDefinition.CompositeType;
import dev.idem.change.TypeDefinition.DomainType;
import dev.idem.change.TypeDefinition.EnumType;
import dev.idem.change.TypeDefinition.ExtensionType;
import dev.idem.change.TypeDefinition.Label;
import dev.idem.change.TypeDefinition.RangeType;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads from the source's catalogue the types that a table's columns are made of and that are not PostgreSQL's own.
 *
 * <p>The session's {@code search_path} must be {@code pg_catalog}, so that names come with their schemas.
 *
 * <p><i>Threads:</i> one thread; made for one table.
 *
 * <p><i>Source:</i> PostgreSQL, "System Catalogs": {@code pg_type}, {@code pg_enum}, {@code pg_range}.
 */
public final class SourceTypes {

    private static final String TYPE = """
            select n.nspname as schema, format_type(t.oid, null) as name, t.typtype::text as kind,
                case when t.typcategory = 'A' then t.typelem::bigint else 0 end as element,
                t.typbasetype::bigint as base, format_type(t.typbasetype, t.typtypmod) as base_name,
                t.typrelid::bigint as relation,
                (select c.relkind = 'c' from pg_class c where c.oid = t.typrelid) as stands_alone,
                r.rngtypid::bigint as range, r.rngsubtype::bigint as subtype,
                format_type(r.rngsubtype, null) as subtype_name,
                case when r.rngcollation <> s.typcollation then r.rngcollation::bigint else 0 end as collation,
                (select quote_ident(cn.nspname) || '.' || quote_ident(rc.collname)
                    from pg_collation rc join pg_namespace cn on cn.oid = rc.collnamespace
                    where rc.oid = r.rngcollation and rc.oid <> s.typcollation) as collation_name,
                (select quote_ident(cn.nspname) || '.' || quote_ident(oc.opcname)
                    from pg_opclass oc join pg_namespace cn on cn.oid = oc.opcnamespace
                    where oc.oid = r.rngsubopc and not oc.opcdefault) as operator_class,
                (select m.typname from pg_type m where m.oid = (to_jsonb(r) ->> 'rngmultitypid')::oid) as multirange,
                (select e.extname from pg_depend d join pg_extension e on e.oid = d.refobjid
                    where d.classid = 'pg_type'::regclass and d.objid = t.oid and d.deptype = 'e'
                        and d.refclassid = 'pg_extension'::regclass) as extension,
                (select array_agg(l.enumlabel::text order by l.enumsortorder)
                    from pg_enum l where l.enumtypid = t.oid) as labels,
                (select array_agg(l.oid::bigint order by l.enumsortorder)
                    from pg_enum l where l.enumtypid = t.oid) as label_ids
            from pg_type t
            join pg_namespace n on n.oid = t.typnamespace
            left join pg_range r on r.rngtypid = t.oid or (to_jsonb(r) ->> 'rngmultitypid')::oid = t.oid
            left join pg_type s on s.oid = r.rngsubtype
            where t.oid = ?::oid and n.nspname not in ('pg_catalog', 'information_schema')
            """;
    private static final String ATTRIBUTES = """
            select attname, format_type(atttypid, atttypmod), atttypid::bigint, attnum
            from pg_attribute
            where attrelid = ?::oid and attnum > 0 and not attisdropped
            order by attnum
            """;

    /** What holds a collation's locale has another name in each version. */
    private static final String COLLATIONS = """
            select distinct n.nspname, quote_ident(n.nspname) || '.' || quote_ident(c.collname),
                case c.collprovider when 'i' then 'icu' when 'b' then 'builtin' else 'libc' end,
                coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale', c.collcollate),
                to_jsonb(c) ->> 'collicurules', c.collisdeterministic
            from pg_collation c
            join pg_namespace n on n.oid = c.collnamespace
            where n.nspname <> 'pg_catalog' and c.oid in (%s)
            order by 2
            """;

    private static final String COLLATIONS_OF_COLUMNS = COLLATIONS.formatted(
            "select attcollation from pg_attribute where attrelid = ?::oid and attnum > 0 and not attisdropped");
    private static final String COLLATION = COLLATIONS.formatted("?::oid");

    /** Types below are PostgreSQL's own, made by initdb ({@code FirstNormalObjectId}, {@code access/transam.h}). */
    private static final long FIRST_OF_USERS = 16_384;

    private final Connection connection;
    private final Set<Long> seen = new HashSet<>();
    private final List<TypeDefinition> found = new ArrayList<>();

    /** Reads through a connection that stays its owner's. */
    public SourceTypes(Connection connection) {
        this.connection = connection;
    }

    /** The types and collations of the relation's columns; each type after those that it is made of. */
    public List<TypeDefinition> ofRelation(long relation) throws SQLException {
        for (TypedAttribute attribute : attributes(relation)) {
            take(attribute.type());
        }
        collations(COLLATIONS_OF_COLUMNS, relation);
        return List.copyOf(found);
    }

    /** These types, named by their {@code oid}; each after those that it is made of. */
    public List<TypeDefinition> ofTypes(List<Long> types) throws SQLException {
        for (long type : types) {
            take(type);
        }
        return List.copyOf(found);
    }

    /**
     * A number that is another one whenever a label or an attribute of any type of the database was added, renamed or
     * dropped.
     */
    public static String fingerprint(Connection connection) throws SQLException {
        String sql = """
                select coalesce((select sum(hashtextextended(concat_ws(' ', oid, enumlabel, enumsortorder), 0)::numeric)
                        from pg_enum), 0)
                    || '/' || coalesce((select sum(hashtextextended(concat_ws(' ', a.attrelid, a.attnum, a.attname,
                            a.attisdropped), 0)::numeric)
                        from pg_attribute a join pg_class c on c.oid = a.attrelid where c.relkind = 'c'), 0)
                """;
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getString(1);
        }
    }

    /** An attribute and the {@code oid} of its type. */
    private record TypedAttribute(Attribute attribute, long type) {}

    private List<TypedAttribute> attributes(long relation) throws SQLException {
        List<TypedAttribute> attributes = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(ATTRIBUTES)) {
            statement.setLong(1, relation);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    attributes.add(new TypedAttribute(
                            new Attribute(row.getString(1), row.getString(2), row.getInt(4)), row.getLong(3)));
                }
            }
        }
        return attributes;
    }

    private void collations(String sql, long of) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, of);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    CollationType collation = new CollationType(
                            row.getString(1),
                            row.getString(2),
                            row.getString(3),
                            row.getString(4),
                            Optional.ofNullable(row.getString(5)),
                            row.getBoolean(6));
                    if (!found.contains(collation)) {
                        found.add(collation);
                    }
                }
            }
        }
    }

    private void take(long type) throws SQLException {
        if (type < FIRST_OF_USERS || !seen.add(type)) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(TYPE)) {
            statement.setLong(1, type);
            try (ResultSet row = statement.executeQuery()) {
                if (row.next()) {
                    take(row);
                }
            }
        }
    }

    private void take(ResultSet row) throws SQLException {
        String schema = row.getString("schema");
        String name = row.getString("name");
        String extension = row.getString("extension");
        if (row.getLong("element") != 0) {
            take(row.getLong("element"));
        } else if (extension != null) {
            found.add(new ExtensionType(schema, name, extension));
        } else {
            switch (row.getString("kind")) {
                case "e" -> found.add(new EnumType(schema, name, 0, labels(row)));
                case "d" -> {
                    take(row.getLong("base"));
                    found.add(new DomainType(schema, name, row.getString("base_name")));
                }
                case "c" -> composite(schema, name, row);
                case "r" -> {
                    take(row.getLong("subtype"));
                    collations(COLLATION, row.getLong("collation"));
                    found.add(new RangeType(
                            schema,
                            name,
                            row.getString("subtype_name"),
                            Optional.ofNullable(row.getString("multirange")),
                            Optional.ofNullable(row.getString("collation_name")),
                            Optional.ofNullable(row.getString("operator_class"))));
                }
                case "m" -> take(row.getLong("range"));
                default -> {
                    // a base type: nobody can make it without its functions
                }
            }
        }
    }

    private void composite(String schema, String name, ResultSet row) throws SQLException {
        if (!row.getBoolean("stands_alone")) {
            return;
        }
        List<Attribute> attributes = new ArrayList<>();
        for (TypedAttribute attribute : attributes(row.getLong("relation"))) {
            take(attribute.type());
            attributes.add(attribute.attribute());
        }
        found.add(new CompositeType(schema, name, 0, attributes));
    }

    private static List<Label> labels(ResultSet row) throws SQLException {
        Array texts = row.getArray("labels");
        if (texts == null) {
            return List.of();
        }
        Long[] ids = (Long[]) row.getArray("label_ids").getArray();
        List<Label> labels = new ArrayList<>();
        for (String text : (String[]) texts.getArray()) {
            labels.add(new Label(ids[labels.size()], text));
        }
        return labels;
    }
}
