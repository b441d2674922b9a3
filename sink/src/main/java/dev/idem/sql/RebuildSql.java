package dev.idem.sql;

import static dev.idem.sql.Fragments.CARRIED;
import static dev.idem.sql.Fragments.MISSING;
import static dev.idem.sql.Fragments.SYNCED_AT;
import static dev.idem.sql.Fragments.VERSION;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Statements that make a shadow of a target table and bring the table to the shadow's content.
 *
 * <p>Rows are compared byte by byte, as REFRESH MATERIALIZED VIEW CONCURRENTLY does: that works for types without an
 * equality, and tells apart what an equality takes for the same. The time at which a row was written is no content.
 *
 * <p><i>Source:</i> PostgreSQL, "Row and Array Comparisons", "Composite Type Comparison" ({@code *=}, {@code *<>}).
 */
public final class RebuildSql {

    private RebuildSql() {}

    /**
     * Creates an empty table with the columns of another, without its constraints; a crash of the server empties it.
     */
    public static String createShadow(TargetTable table, TargetTable shadow) {
        return "create unlogged table " + shadow.quoted() + " (like " + table.quoted() + " including generated)";
    }

    /** Drops a column that somebody added to the table, and what is computed from it. */
    public static String dropAddedColumn(TargetTable shadow, String column) {
        return "alter table " + shadow.quoted() + " drop column if exists " + SqlIdentifier.quoted(column) + " cascade";
    }

    /** Drops a shadow and what it remembers of deletes. */
    public static List<String> drop(TargetTable shadow) {
        return List.of("drop table if exists " + shadow.quoted(), "drop table if exists " + shadow.tombstoneTable());
    }

    /** Takes out the rows that the shadow does not have. Counts them. */
    public static String deleteExtra(TargetTable table, TargetTable shadow) {
        return """
                delete from %s as target
                where not exists (
                  select
                  from %s as shadow
                  where %s
                )""".formatted(table.quoted(), shadow.quoted(), sameRow(table));
    }

    /** Writes the shadow's content over rows that differ from it; columns of others stay. Counts them. */
    public static String updateDiffering(TargetTable table, TargetTable shadow) {
        List<String> set = new ArrayList<>();
        table.otherColumns().forEach(column -> set.add(column.quoted() + " = shadow." + column.quoted()));
        for (String column : List.of(Fragments.EPOCH, Fragments.LSN, Fragments.SEQ, CARRIED, MISSING)) {
            set.add(column + " = shadow." + column);
        }
        set.add(SYNCED_AT + " = now()");
        return """
                update %s as target set
                  %s
                from %s as shadow
                where %s
                  and %s""".formatted(
                        table.quoted(), String.join(",\n  ", set), shadow.quoted(), sameRow(table), differs(table));
    }

    /** Takes out the rows that differ from the shadow, for {@link #insertMissing} to put them in. Counts them. */
    public static String deleteDiffering(TargetTable table, TargetTable shadow) {
        return """
                delete from %s as target
                using %s as shadow
                where %s
                  and %s""".formatted(table.quoted(), shadow.quoted(), sameRow(table), differs(table));
    }

    /** Puts in the rows that only the shadow has. Counts them. */
    public static String insertMissing(TargetTable table, TargetTable shadow) {
        String columns = columns(table).stream().map(column -> column + ", ").collect(Collectors.joining());
        String values =
                columns(table).stream().map(column -> "shadow." + column + ", ").collect(Collectors.joining());
        return """
                insert into %s (%s%s)
                overriding system value
                select %snow()
                from %s as shadow
                where not exists (
                  select
                  from %s as target
                  where %s
                )""".formatted(
                        table.quoted(), columns, SYNCED_AT, values, shadow.quoted(), table.quoted(), sameRow(table));
    }

    /** Counts the rows of a table. */
    public static String count(TargetTable table) {
        return "select count(*) from " + table.quoted();
    }

    /** Collects what the planner needs to know of a shadow. */
    public static String analyze(TargetTable shadow) {
        return "analyze " + shadow.quoted();
    }

    /** Asks whether policies hide rows of the table from this session. */
    public static String hidesRows(TargetTable table) {
        return "select row_security_active(" + SqlIdentifier.literal(table.quoted()) + ")";
    }

    /** Remembers the shadow's deletes, after {@link TableSql#deleteTombstones}. Counts them. */
    public static String takeTombstones(TargetTable table, TargetTable shadow) {
        String columns = table.hasKey()
                ? table.quotedKey() + ", " + VERSION
                : VERSION + ", removed_epoch, removed_lsn, removed_seq";
        return "insert into %s (%s)\nselect %s from %s"
                .formatted(table.tombstoneTable(), columns, columns, shadow.tombstoneTable());
    }

    /** All that makes up a row, except the time at which it was written. */
    private static List<String> columns(TargetTable table) {
        List<String> columns = new ArrayList<>();
        table.columns().forEach(column -> columns.add(column.quoted()));
        columns.addAll(List.of(Fragments.EPOCH, Fragments.LSN, Fragments.SEQ, CARRIED, MISSING));
        return columns;
    }

    /** Keys that are equal and not written the same are two rows: the key of a row is never written over. */
    private static String sameRow(TargetTable table) {
        if (!table.hasKey()) {
            return Fragments.version("target") + " = " + Fragments.version("shadow");
        }
        List<String> key = table.key().stream().map(TargetColumn::quoted).toList();
        return Fragments.sameKey(table, "target", "shadow") + "\n  and " + row("target", key)
                + " operator(pg_catalog.*=) " + row("shadow", key);
    }

    private static String differs(TargetTable table) {
        return row("target", columns(table)) + " operator(pg_catalog.*<>) " + row("shadow", columns(table));
    }

    /** The cast keeps the comparison of two rows from being taken apart into one of their columns. */
    private static String row(String alias, List<String> columns) {
        return columns.stream()
                .map(column -> alias + '.' + column)
                .collect(Collectors.joining(", ", "row(", ")::record"));
    }
}
