package dev.idem.source;

import dev.idem.change.TableId;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The files of the source's tables and the age of their columns' definitions, to tell which ones ALTER TABLE has
 * written anew.
 *
 * <p>Such a rewrite may give every row other values ({@code alter column v type text using f(v)}), leaves the table's
 * definition as it was or as good as it was, and is not in the WAL's changes. It gives the table another file and
 * writes the column's row in {@code pg_attribute}. TRUNCATE, VACUUM FULL and CLUSTER give another file and leave the
 * column alone, except where they clear the remembered default of one that was added; then the table is read once
 * without need.
 *
 * <p><i>Threads:</i> immutable.
 *
 * <p><i>Source:</i> PostgreSQL, {@code ATRewriteTables}, {@code ATExecAlterColumnType}, {@code RelationClearMissing}.
 */
final class RewrittenTables {

    /*
     * The slot's catalog_xmin is not younger than what the stream has not passed; a table that was never written anew
     * has a file of its own number.
     */
    private static final String FILES = """
            select c.oid::bigint, n.nspname, r.relname, c.relfilenode::bigint,
                coalesce(string_agg(a.attnum || ':' || a.xmin, ' '), ''),
                c.relfilenode <> c.oid and coalesce(age(c.xmin) <= age(s.catalog_xmin)
                    and bool_or(age(a.xmin) <= age(s.catalog_xmin)), false)
            from pg_class c
            join pg_class r on r.oid = coalesce(pg_partition_root(c.oid)::oid, c.oid)
            join pg_namespace n on n.oid = r.relnamespace
            left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                and a.attgenerated = ''
            left join pg_replication_slots s on s.slot_name = ?
            where c.relkind = 'r' and c.relpersistence = 'p' and c.oid >= 16384
            group by c.oid, c.xmin, n.nspname, r.relname, c.relfilenode, s.catalog_xmin
            """;

    private final Map<Long, File> files;

    /**
     * Of one table or partition.
     *
     * @param root the table that it is replicated as
     * @param columns each column's number and the transaction that wrote its definition
     * @param young whether the stream may not have been behind the last rewrite when it last ended
     */
    private record File(TableId root, long number, String columns, boolean young) {

        boolean isRewriteOf(File before) {
            return number != before.number && writtenColumns(before);
        }

        private boolean writtenColumns(File before) {
            Map<String, String> old = writers(before.columns);
            return writers(columns).entrySet().stream().anyMatch(column -> {
                String was = old.get(column.getKey());
                return was != null && !was.equals(column.getValue());
            });
        }

        private static Map<String, String> writers(String columns) {
            Map<String, String> writers = new HashMap<>();
            for (String column : columns.split(" ", -1)) {
                int colon = column.indexOf(':');
                if (colon > 0) {
                    writers.put(column.substring(0, colon), column.substring(colon + 1));
                }
            }
            return writers;
        }
    }

    private RewrittenTables(Map<Long, File> files) {
        this.files = Map.copyOf(files);
    }

    /** Those of now; {@code slot} is the capture's. */
    static RewrittenTables read(SourceDatabase source, String slot) {
        Map<Long, File> files = new HashMap<>();
        try (PreparedStatement statement = source.connection().prepareStatement(FILES)) {
            statement.setString(1, slot);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    files.put(
                            row.getLong(1),
                            new File(
                                    new TableId(row.getString(2), row.getString(3)),
                                    row.getLong(4),
                                    row.getString(5),
                                    row.getBoolean(6)));
                }
            }
        } catch (SQLException e) {
            throw SourceFault.of("listing the files of the source's tables", e);
        }
        return new RewrittenTables(files);
    }

    /** The tables that may have been written anew where the stream had not been yet when it last ended. */
    Set<TableId> young() {
        Set<TableId> tables = new TreeSet<>();
        files.values().stream().filter(File::young).forEach(file -> tables.add(file.root()));
        return tables;
    }

    /** The tables that were written anew since. */
    Set<TableId> since(RewrittenTables before) {
        Set<TableId> tables = new TreeSet<>();
        files.forEach((relation, file) -> {
            File was = before.files.get(relation);
            if (was != null && file.isRewriteOf(was)) {
                tables.add(file.root());
            }
        });
        return tables;
    }
}
