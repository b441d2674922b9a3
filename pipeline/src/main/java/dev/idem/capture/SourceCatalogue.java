package dev.idem.capture;

import dev.idem.change.ColumnDefinition;
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

/**
 * Reads tables and their definitions from the source's catalogue, as they are now.
 *
 * <p>The key is what the source identifies rows of the stream by: the columns of the replica identity's index where one
 * was chosen, else the primary key. Only these columns are sure to be in the old image of an update or delete. A
 * deferrable key is none: within a transaction two rows may share it, and only the whole old image tells which one
 * changed.
 *
 * <p><i>Threads:</i> one thread.
 */
public final class SourceCatalogue {

    private static final String DEFINITION = """
            select c.oid::bigint, c.relreplident::text,
                coalesce((
                    select array_agg(a.attname::text order by k.place)
                    from pg_index i
                    cross join lateral unnest(i.indkey::int2[]) with ordinality as k (attnum, place)
                    join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
                    where i.indrelid = c.oid and k.place <= i.indnkeyatts and i.indimmediate
                        and case when c.relreplident = 'i' then i.indisreplident else i.indisprimary end
                ), '{}'),
                n.nspname, c.relname
            from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            where c.oid = %s
            """;

    /** The columns that a warehouse's table has besides. */
    private static final int OWN_COLUMNS = 6;

    private static final int MOST_COLUMNS = 1600 - OWN_COLUMNS;

    private final Connection connection;

    /** A reader on this connection, which is not closed here. */
    public SourceCatalogue(Connection connection) {
        this.connection = connection;
    }

    /**
     * The tables that a capture with these settings replicates.
     *
     * @throws dev.idem.error.PipelineException of the source's kinds
     */
    public static List<TableId> replicated(SourceSettings settings) {
        TablePatterns patterns = new TablePatterns(settings.tables(), settings.excludedTables());
        try (SourceDatabase source = SourceDatabase.connect(settings)) {
            return new SourceCatalogue(source.connection())
                    .tables(patterns, settings.publication()).stream()
                            .filter(SourceTable::isReplicable)
                            .map(SourceTable::table)
                            .toList();
        }
    }

    /** What a publication of ours is made with, on this server: {@code with (...)}. */
    public String publicationOptions() {
        return SourcePublication.options(connection);
    }

    /** The same where there is no publication yet. */
    public List<SourceTable> tables(TablePatterns patterns) {
        return tables(patterns, "");
    }

    /**
     * The chosen tables, those that cannot be replicated among them, sorted. A partition is left to its root.
     *
     * @param publication the one that publishes them, or will
     */
    public List<SourceTable> tables(TablePatterns patterns, String publication) {
        String sql = """
                select n.nspname, c.relname, c.relkind::text, c.relpersistence::text, c.relreplident::text,
                    exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary and i.indisvalid),
                    exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary and not i.indimmediate),
                    exists (
                        select from pg_index i
                        join pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey)
                        where i.indrelid = c.oid and a.attgenerated <> ''
                            and case when c.relreplident = 'i' then i.indisreplident else i.indisprimary end),
                    (select count(*) from pg_attribute a
                        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
                    exists (
                        select from pg_attribute a
                        join pg_type t on t.oid = a.atttypid
                        left join pg_type e on e.oid = t.typelem and t.typcategory = 'A'
                        join pg_class r on r.oid = coalesce(nullif(e.typrelid, 0), t.typrelid)
                        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and r.relkind <> 'c'),
                    (select min(quote_ident(a.attname) || ' of type ' || format_type(t.oid, null))
                        from pg_attribute a
                        join pg_type t on t.oid = a.atttypid
                        left join pg_type e on e.oid = t.typelem and t.typcategory = 'A'
                        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                            and a.atttypid >= 16384 and coalesce(e.oid, t.oid) >= 16384 and coalesce(e.typtype, t.typtype) = 'b'
                            and not exists (select from pg_depend d where d.classid = 'pg_type'::regclass
                                and d.objid = coalesce(e.oid, t.oid) and d.deptype = 'e'))
                from pg_class c
                join pg_namespace n on n.oid = c.relnamespace
                where c.relkind in ('r', 'p')
                    and not c.relispartition
                    and n.nspname <> 'information_schema'
                    and n.nspname !~ '^pg_'
                order by n.nspname, c.relname
                """;
        List<SourceTable> tables = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet row = statement.executeQuery()) {
            RefusedWrites refused = RefusedWrites.read(connection, publication);
            while (row.next()) {
                TableId table = new TableId(row.getString(1), row.getString(2));
                if (patterns.choose(table)) {
                    tables.add(sourceTable(table, row, refused));
                }
            }
        } catch (SQLException e) {
            throw SourceFault.of("listing the source's tables", e);
        }
        return tables;
    }

    private static SourceTable sourceTable(TableId table, ResultSet row, RefusedWrites refused) throws SQLException {
        Optional<String> obstacle = refused.wouldFollow(table) ? Optional.of(refused.reason(table)) : obstacle(row);
        if (obstacle.isPresent()) {
            return new SourceTable(table, obstacle, Optional.empty());
        }
        Optional<String> warning = warning(table, row.getString(5), row.getBoolean(6), row.getBoolean(7))
                .or(() -> refused.isSo(table) ? Optional.of(refused.reason(table)) : Optional.empty());
        String ownType = row.getString(11);
        return new SourceTable(
                table,
                obstacle,
                warning.or(() -> Optional.ofNullable(ownType)
                        .map(type -> "its column " + type
                                + " is a base type with functions of its own, which the warehouse must have too")));
    }

    private static Optional<String> obstacle(ResultSet row) throws SQLException {
        int columns = row.getInt(9);
        if (columns == 0) {
            return Optional.of("it has no columns");
        }
        if (columns > MOST_COLUMNS) {
            return Optional.of("it has " + columns + " columns, and the warehouse's needs " + OWN_COLUMNS
                    + " more than PostgreSQL's 1600 allow (expected: " + MOST_COLUMNS + " at most)");
        }
        if (row.getBoolean(10)) {
            return Optional.of("a column's type is the row type of a table, which has more columns in the warehouse");
        }
        return switch (row.getString(4)) {
            case "p" ->
                row.getBoolean(8)
                        ? Optional.of("its key has a generated column, which the WAL does not carry")
                        : Optional.empty();
            case "u" -> Optional.of("it is unlogged: its changes are not in the WAL");
            default -> Optional.of("it is temporary: its changes are not in the WAL");
        };
    }

    private static Optional<String> warning(TableId table, String identity, boolean hasKey, boolean deferrableKey) {
        String remedy = "alter table \"" + table.schema() + "\".\"" + table.name() + "\" replica identity full";
        boolean full = identity.equals("f");
        if (deferrableKey && !full) {
            return Optional.of(
                    "its primary key is deferrable, so the source refuses updates and deletes; remedy: " + remedy);
        }
        if (!hasKey && !full && !identity.equals("i")) {
            return Optional.of("it has no primary key and no replica identity, so the source refuses updates and"
                    + " deletes while it is published; inserts are captured; remedy: " + remedy);
        }
        return identity.equals("n")
                ? Optional.of(
                        "its replica identity is NOTHING, so the source refuses updates and deletes; remedy: " + remedy)
                : Optional.empty();
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
    Optional<TableDefinition> definition(long relation) {
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
                            row.getString(6),
                            row.getString(7),
                            row.getString(8)));
                }
            }
        }
        return columns;
    }
}
