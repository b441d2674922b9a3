package dev.idem.relation;

import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.relation.RelationFacts.Attribute;
import dev.idem.relation.RelationFacts.StreamType;
import dev.idem.source.SourceCatalogue;
import dev.idem.source.SourceFault;
import dev.idem.source.SourceTypes;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongPredicate;

/**
 * Asks the catalogue for what a relation message leaves out.
 *
 * <p>The session's {@code search_path} must be {@code pg_catalog}, so that names come with their schemas.
 *
 * <p><i>Threads:</i> one at a time.
 */
final class RelationCatalogue {

    /*
     * A row of pg_attribute that an older transaction wrote was so when the message's transaction wrote to the table:
     * its lock and that of the definition's change exclude each other.
     */
    private static final String ATTRIBUTES = """
            select a.attnum, a.attisdropped, a.attgenerated <> '', a.atttypid::bigint, a.xmin::text::bigint,
                a.attgenerated = '' and (a.atthasdef or a.attidentity <> '' or t.typdefault is not null)
            from pg_attribute a
            left join pg_type t on t.oid = a.atttypid
            where a.attrelid = ?::oid and a.attnum > 0
            order by a.attnum
            """;
    private static final String TYPES = """
            select case when t.oid is not null then format_type(t.oid, r.modifier) end,
                coalesce(t.typlen = -1 and t.typstorage <> 'p', true)
            from unnest(?::bigint[], ?::int[]) with ordinality as r (type, modifier, place)
            left join pg_type t on t.oid = r.type::oid
            order by r.place
            """;

    private static final String NAMED_OTHERWISE = """
            select c.oid::bigint
            from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            where c.oid::bigint = any (?) and (n.nspname, c.relname) <> (?::name, ?::name)
            order by 1
            """;

    private final Connection connection;
    private final SourceCatalogue catalogue;

    RelationCatalogue(Connection connection) {
        this.connection = connection;
        this.catalogue = new SourceCatalogue(connection);
    }

    RelationFacts facts(RelationMessage message) {
        try {
            SortedMap<Integer, Long> generated = new TreeMap<>();
            List<Attribute> attributes =
                    attributes(message.relation(), xmin -> message.transactionId() - (int) xmin >= 0, generated);
            List<Long> types = new ArrayList<>(
                    message.columns().stream().map(RelationMessage.Column::type).toList());
            types.addAll(generated.values());
            return new RelationFacts(
                    catalogue.definition(message.relation()),
                    isPartitioned(connection, message.relation()),
                    attributes,
                    types(message.columns()),
                    new SourceTypes(connection).ofTypes(types));
        } catch (SQLException e) {
            throw SourceFault.of("reading the attributes of " + message.table(), e);
        }
    }

    /** The same of a definition that the catalogue has now. */
    RelationFacts factsOf(TableDefinition now) {
        try {
            return new RelationFacts(
                    Optional.of(now),
                    isPartitioned(connection, now.relation()),
                    attributes(now.relation(), xmin -> true, new TreeMap<>()),
                    List.of(),
                    now.types());
        } catch (SQLException e) {
            throw SourceFault.of("reading the attributes of " + now.table(), e);
        }
    }

    /** Those of the relations, by {@code pg_class.oid}, that exist and have another name than this. */
    List<Long> namedOtherwise(List<Long> oids, TableId name) {
        try (PreparedStatement statement = connection.prepareStatement(NAMED_OTHERWISE)) {
            statement.setArray(1, connection.createArrayOf("bigint", oids.toArray()));
            statement.setString(2, name.schema());
            statement.setString(3, name.name());
            List<Long> found = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    found.add(row.getLong(1));
                }
            }
            return found;
        } catch (SQLException e) {
            throw SourceFault.of("looking for what was called " + name, e);
        }
    }

    /** True where the relation is the root of partitions, or a partition that has some itself. */
    static boolean isPartitioned(Connection connection, long relation) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("select relkind = 'p' from pg_class where oid = ?::oid")) {
            statement.setLong(1, relation);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    private List<Attribute> attributes(long relation, LongPredicate isSettled, SortedMap<Integer, Long> generated)
            throws SQLException {
        List<Attribute> attributes = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(ATTRIBUTES)) {
            statement.setLong(1, relation);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    int number = row.getInt(1);
                    if (row.getBoolean(3)) {
                        generated.put(number, row.getLong(4));
                    }
                    attributes.add(new Attribute(
                            number, row.getBoolean(2), row.getBoolean(6), isSettled.test(row.getLong(5))));
                }
            }
        }
        return attributes;
    }

    private List<StreamType> types(List<RelationMessage.Column> columns) throws SQLException {
        List<StreamType> types = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(TYPES)) {
            statement.setArray(
                    1,
                    connection.createArrayOf(
                            "bigint",
                            columns.stream().map(RelationMessage.Column::type).toArray()));
            statement.setArray(
                    2,
                    connection.createArrayOf(
                            "int",
                            columns.stream()
                                    .map(RelationMessage.Column::modifier)
                                    .toArray()));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    types.add(new StreamType(row.getString(1), row.getBoolean(2)));
                }
            }
        }
        return types;
    }
}
