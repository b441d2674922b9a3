package dev.idem.source;

import dev.idem.change.TableId;
import dev.idem.sql.PublicationSql;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which rows and columns of its tables the publication publishes.
 *
 * <p>A filter or a list that is changed shows or hides rows and columns that are there, which the stream does not tell.
 *
 * <p><i>Threads:</i> immutable.
 *
 * <p><i>Source:</i> PostgreSQL, ALTER PUBLICATION; filters and lists exist from version 15 on.
 */
final class RowFilters {

    private static final String FILTERS = """
            select n.nspname, c.relname,
                concat_ws(' / ', pg_get_expr(r.prqual, r.prrelid), r.prattrs::text),
                coalesce(age(r.xmin) <= age(s.catalog_xmin), false)
            from pg_publication p
            join pg_publication_rel r on r.prpubid = p.oid
            join pg_class c on c.oid = r.prrelid
            join pg_namespace n on n.oid = c.relnamespace
            left join pg_replication_slots s on s.slot_name = ?
            where p.pubname = ?
            """;

    private final Map<TableId, Shown> tables;

    /**
     * What is published of a table.
     *
     * @param young whether that was said where the stream may not have been yet when it last ended
     */
    private record Shown(String what, boolean young) {}

    private RowFilters(Map<TableId, Shown> tables) {
        this.tables = Map.copyOf(tables);
    }

    /** Those of now. */
    static RowFilters read(SourceDatabase source, SourceSettings settings) {
        Map<TableId, Shown> tables = new HashMap<>();
        try {
            if (source.connection().getMetaData().getDatabaseMajorVersion() < PublicationSql.VERSION_WITH_FILTERS) {
                return new RowFilters(tables);
            }
            try (PreparedStatement statement = source.connection().prepareStatement(FILTERS)) {
                statement.setString(1, settings.slot());
                statement.setString(2, settings.publication());
                try (ResultSet row = statement.executeQuery()) {
                    while (row.next()) {
                        tables.put(
                                new TableId(row.getString(1), row.getString(2)),
                                new Shown(row.getString(3), row.getBoolean(4)));
                    }
                }
            }
        } catch (SQLException e) {
            throw SourceFault.of("reading which rows publication " + settings.publication() + " publishes", e);
        }
        return new RowFilters(tables);
    }

    /** The tables of which that may have been said where the stream had not been yet when it last ended. */
    Set<TableId> young() {
        Set<TableId> young = new TreeSet<>();
        tables.forEach((table, shown) -> {
            if (shown.young()) {
                young.add(table);
            }
        });
        return young;
    }

    /** The tables of which other rows or columns are published since. */
    Set<TableId> changedSince(RowFilters before) {
        Set<TableId> changed = new TreeSet<>();
        tables.forEach((table, shown) -> {
            Shown was = before.tables.get(table);
            if (was != null && !was.what().equals(shown.what())) {
                changed.add(table);
            }
        });
        return changed;
    }
}
