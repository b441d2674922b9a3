package dev.idem.source;

import dev.idem.change.ColumnDefinition;
import dev.idem.change.Generation;
import dev.idem.change.ReplicaIdentity;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads tables and their definitions from the source's catalogue, as they are now.
 *
 * <p>The key is what the source identifies rows of the stream by: the columns of the replica identity's index where one
 * was chosen, else the primary key. Only these columns are sure to be in the old image of an update or delete. A
 * deferrable key is none: within a transaction two rows may share it, and only the whole old image tells which one
 * changed. Nor is a key with a generated column, which the stream does not carry.
 *
 * <p><i>Threads:</i> one thread.
 */
public final class SourceCatalogue {

    /*
     * The old image of a row of a partitioned table is what its partition's replica identity says, whatever the root's
     * is; it has what all of them send.
     */
    private static final String DEFINITION = """
            select c.oid::bigint, c.identity,
                coalesce((
                    select array_agg(a.attname::text order by k.place)
                    from pg_index i
                    cross join lateral unnest(i.indkey::int2[]) with ordinality as k (attnum, place)
                    join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
                    where i.indrelid = c.oid and k.place <= i.indnkeyatts and i.indimmediate
                        and case when c.identity = 'i' then i.indisreplident else i.indisprimary end
                        and not exists (
                            select from pg_attribute g
                            where g.attrelid = c.oid and g.attnum = any (i.indkey) and g.attgenerated <> '')
                ), '{}'),
                n.nspname, c.relname
            from (
                select t.oid, t.relname, t.relnamespace,
                    case
                        when t.relkind <> 'p' then t.relreplident::text
                        when coalesce(p.all_full, t.relreplident = 'f') then 'f'
                        when coalesce(p.all_index, false) and t.relreplident = 'i' then 'i'
                        else 'd'
                    end as identity
                from pg_class t
                left join lateral (
                    select bool_and(l.relreplident = 'f') as all_full, bool_and(l.relreplident = 'i') as all_index
                    from pg_partition_tree(t.oid) as part
                    join pg_class l on l.oid = part.relid and l.relkind = 'r'
                ) p on t.relkind = 'p'
                where t.oid = %s
            ) c
            join pg_namespace n on n.oid = c.relnamespace
            """;

    private final Connection connection;

    /** A reader on this connection, which is not closed here. */
    public SourceCatalogue(Connection connection) {
        this.connection = connection;
    }

    /** What a publication of ours is made with, on this server: {@code with (...)}. */
    public String publicationOptions() {
        return SourcePublication.options(connection);
    }

    /** The table's definition as it is now, without a number; empty where there is no such table. */
    public Optional<TableDefinition> definition(TableId table) {
        String sql = DEFINITION.formatted("(select t.oid from pg_class t join pg_namespace s on s.oid = t.relnamespace"
                + " where s.nspname = ? and t.relname = ?)");
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, table.schema());
            statement.setString(2, table.name());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(definition(row)) : Optional.empty();
            }
        } catch (SQLException e) {
            throw SourceFault.of("reading the definition of " + table, e);
        }
    }

    /** The same of the table with this {@code pg_class.oid}, whatever it is called now. */
    public Optional<TableDefinition> definition(long relation) {
        try (PreparedStatement statement = connection.prepareStatement(DEFINITION.formatted("?::oid"))) {
            statement.setLong(1, relation);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(definition(row)) : Optional.empty();
            }
        } catch (SQLException e) {
            throw SourceFault.of("reading the definition of the relation " + relation, e);
        }
    }

    private TableDefinition definition(ResultSet row) throws SQLException {
        long relation = row.getLong(1);
        ReplicaIdentity identity = ReplicaIdentity.ofCatalogue(row.getString(2).charAt(0));
        Array key = row.getArray(3);
        return new TableDefinition(
                new TableId(row.getString(4), row.getString(5)),
                1,
                relation,
                columns(relation),
                Arrays.asList((String[]) key.getArray()),
                identity,
                new SourceTypes(connection).ofRelation(relation));
    }

    private List<ColumnDefinition> columns(long relation) throws SQLException {
        String sql = """
                select a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnum, a.attnotnull,
                    a.attlen = -1 and t.typstorage <> 'p',
                    case when a.attgenerated <> '' then pg_catalog.pg_get_expr(d.adbin, d.adrelid) end,
                    a.attgenerated = 'v',
                    case when a.attcollation <> t.typcollation
                        then pg_catalog.quote_ident(cn.nspname) || '.' || pg_catalog.quote_ident(co.collname) end,
                    case when a.attmissingval::text like '{"%'
                        then (a.attmissingval::text::text[])[1]
                        else substr(a.attmissingval::text, 2, length(a.attmissingval::text) - 2)
                    end
                from pg_attribute a
                join pg_type t on t.oid = a.atttypid
                left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
                left join pg_collation co on co.oid = a.attcollation
                left join pg_namespace cn on cn.oid = co.collnamespace
                where a.attrelid = ?::oid and a.attnum > 0 and not a.attisdropped
                order by a.attnum
                """;
        List<ColumnDefinition> columns = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, relation);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    columns.add(new ColumnDefinition(
                            row.getString(1),
                            row.getString(2),
                            row.getInt(3),
                            row.getBoolean(4),
                            row.getBoolean(5),
                            generation(row.getString(6), row.getBoolean(7)),
                            row.getString(8),
                            row.getString(9)));
                }
            }
        }
        return columns;
    }

    private static @Nullable Generation generation(@Nullable String expression, boolean virtual) {
        return expression == null ? null : new Generation(expression, virtual);
    }
}
