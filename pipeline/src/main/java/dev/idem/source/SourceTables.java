package dev.idem.source;

import dev.idem.change.TableId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Lists the source's tables, and says of each what stands against it and what it will not replicate.
 *
 * <p><i>Threads:</i> one thread.
 */
public final class SourceTables {

    /*
     * The source finds the row of an update or delete by the whole old row, or by an index that is valid, unique and
     * not deferrable (RelationGetIndexList). Of a partitioned table that is each partition's matter: all must send the
     * whole old row, or the columns that are the root's key too.
     */
    private static final String TABLES = """
            with recursive chosen (oid, root) as (
                select c.oid, c.oid
                from pg_class c
                join pg_namespace n on n.oid = c.relnamespace
                where c.relkind in ('r', 'p')
                    and not c.relispartition
                    and n.nspname <> 'information_schema'
                    and n.nspname !~ '^pg_'
                union all
                select i.inhrelid, p.root
                from chosen p
                join pg_class c on c.oid = p.oid and c.relkind = 'p'
                join pg_inherits i on i.inhparent = p.oid
            ),
            stored as (
                select p.root,
                    bool_and(c.relreplident = 'f' or c.relkind = 'f') as whole,
                    bool_and(c.relreplident = 'f' or c.relkind = 'f' or c.relreplident = 'd' and exists (
                        select from pg_index i
                        where i.indrelid = c.oid and i.indisprimary and i.indisvalid and i.indimmediate)) as by_key,
                    bool_and(c.relkind = 'f' or c.relreplident = 'i' and exists (
                        select from pg_index i
                        where i.indrelid = c.oid and i.indisreplident and i.indisvalid and i.indimmediate)) as by_index,
                    min(quote_ident(n.nspname) || '.' || quote_ident(c.relname))
                        filter (where p.oid <> p.root and (c.relkind = 'f' or c.relpersistence <> 'p')) as silent
                from chosen p
                join pg_class c on c.oid = p.oid and c.relkind in ('r', 'f')
                join pg_namespace n on n.oid = c.relnamespace
                group by p.root
            ),
            made_of (part, whole) as (
                select typbasetype, oid from pg_type where typbasetype <> 0
                union all
                select typelem, oid from pg_type where typelem <> 0 and typcategory = 'A'
                union all
                select rngsubtype, rngtypid from pg_range
                union all
                select a.atttypid, c.reltype
                from pg_attribute a
                join pg_class c on c.oid = a.attrelid and c.relkind = 'c'
                where a.attnum > 0 and not a.attisdropped
                union all
                select refobjid, objid from pg_depend
                where classid = 'pg_type'::regclass and refclassid = classid and deptype = 'i'
            ),
            of_rows (oid) as (
                select t.oid from pg_type t join pg_class r on r.oid = t.typrelid and r.relkind <> 'c'
                union
                select m.whole from of_rows o join made_of m on m.part = o.oid
            ),
            of_own_bases (oid, base) as (
                select t.oid, t.oid from pg_type t
                where t.oid >= 16384 and t.typtype = 'b' and not (t.typelem <> 0 and t.typcategory = 'A')
                    and not exists (select from pg_depend d
                        where d.classid = 'pg_type'::regclass and d.objid = t.oid and d.deptype = 'e')
                union
                select m.whole, o.base from of_own_bases o join made_of m on m.part = o.oid
            )
            select n.nspname, c.relname, c.relpersistence::text, c.relreplident::text,
                coalesce(s.whole, c.relreplident = 'f')
                    or coalesce(s.by_key, true) and (c.relkind = 'r' or exists (
                        select from pg_index i where i.indrelid = c.oid and i.indisprimary and i.indimmediate))
                    or coalesce(s.by_index, false) and c.relreplident = 'i',
                exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary and not i.indimmediate),
                exists (
                    select from pg_index i
                    join pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey)
                    where i.indrelid = c.oid and a.attgenerated <> ''
                        and case c.relreplident when 'f' then false when 'i' then i.indisreplident
                            else i.indisprimary end),
                (select count(*) from pg_attribute a
                    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
                exists (
                    select from pg_attribute a
                    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                        and a.atttypid in (select oid from of_rows)),
                (select min(quote_ident(a.attname) || ' is, or has in it, ' || format_type(o.base, null))
                    from pg_attribute a
                    join of_own_bases o on o.oid = a.atttypid
                    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
                s.silent, c.relkind = 'p'
            from chosen p
            join pg_class c on c.oid = p.oid and p.oid = p.root
            join pg_namespace n on n.oid = c.relnamespace
            left join stored s on s.root = c.oid
            order by n.nspname, c.relname
            """;

    /** The columns that a warehouse's table has besides. */
    private static final int OWN_COLUMNS = 6;

    private static final int MOST_COLUMNS = 1600 - OWN_COLUMNS;

    private final RefusedWrites refused;
    private final UnidentifiedTables unidentified;

    private SourceTables(RefusedWrites refused, UnidentifiedTables unidentified) {
        this.refused = refused;
        this.unidentified = unidentified;
    }

    /**
     * The tables that the settings choose, those that cannot be replicated among them, sorted. A partition is left to
     * its root.
     *
     * @throws dev.idem.error.PipelineException of the source's kinds
     */
    public static List<SourceTable> chosen(Connection connection, SourceSettings settings) {
        TablePatterns patterns = new TablePatterns(settings.tables(), settings.excludedTables());
        List<SourceTable> tables = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(TABLES);
                ResultSet row = statement.executeQuery()) {
            SourceTables described = new SourceTables(
                    RefusedWrites.read(connection, settings.publication()),
                    UnidentifiedTables.read(connection, settings));
            while (row.next()) {
                TableId table = new TableId(row.getString(1), row.getString(2));
                if (patterns.choose(table)) {
                    tables.add(described.describe(table, row));
                }
            }
        } catch (SQLException e) {
            throw SourceFault.of("listing the source's tables", e);
        }
        return tables;
    }

    /**
     * The tables that a capture with these settings replicates.
     *
     * @throws dev.idem.error.PipelineException of the source's kinds
     */
    public static List<TableId> replicated(SourceSettings settings) {
        try (SourceDatabase source = SourceDatabase.connect(settings)) {
            return chosen(source.connection(), settings).stream()
                    .filter(SourceTable::isReplicable)
                    .map(SourceTable::table)
                    .toList();
        }
    }

    private SourceTable describe(TableId table, ResultSet row) throws SQLException {
        boolean identified = row.getBoolean(5);
        String remedy = UnidentifiedTables.remedy(table, row.getBoolean(12));
        Optional<String> obstacle = obstacle(table, row, remedy)
                .or(() -> identified ? Optional.empty() : unidentified.obstacle(table, remedy));
        if (obstacle.isPresent()) {
            return new SourceTable(table, obstacle, Optional.empty(), identified);
        }
        String silentPartition = row.getString(11);
        String ownType = row.getString(10);
        Optional<String> warning = identified
                ? Optional.empty()
                : Optional.of(unidentified.warning(table, row.getString(4), row.getBoolean(6), remedy));
        return new SourceTable(
                table,
                Optional.empty(),
                warning.or(() -> refused.isSo(table) ? Optional.of(refused.reason(table)) : Optional.empty())
                        .or(() -> Optional.ofNullable(silentPartition)
                                .map(partition -> "its partition " + partition
                                        + " is a foreign or unlogged table: its changes are not in the WAL"))
                        .or(() -> Optional.ofNullable(ownType)
                                .map(type -> "its column " + type + ", a base type with functions of its own, which"
                                        + " the warehouse must have too")),
                identified);
    }

    private Optional<String> obstacle(TableId table, ResultSet row, String remedy) throws SQLException {
        if (refused.wouldFollow(table)) {
            return Optional.of(refused.reason(table));
        }
        int columns = row.getInt(8);
        if (columns == 0) {
            return Optional.of("it has no columns");
        }
        if (columns > MOST_COLUMNS) {
            return Optional.of("it has " + columns + " columns, and the warehouse's needs " + OWN_COLUMNS
                    + " more than PostgreSQL's 1600 allow (expected: " + MOST_COLUMNS + " at most)");
        }
        if (row.getBoolean(9)) {
            return Optional.of(
                    "a column's type is, or has in it, the row type of a table, which has more columns in the warehouse");
        }
        return switch (row.getString(3)) {
            case "p" ->
                row.getBoolean(7)
                        ? Optional.of("its key has a generated column, which the WAL does not carry; remedy: " + remedy)
                        : Optional.empty();
            case "u" -> Optional.of("it is unlogged: its changes are not in the WAL");
            default -> Optional.of("it is temporary: its changes are not in the WAL");
        };
    }
}
