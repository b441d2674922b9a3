package dev.idem.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Definitions of target tables, of the tables that remember deletes, and of their changes. */
public final class TableSql {

    private TableSql() {}

    /** Creates the target table. */
    public static String create(TargetTable table) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i <= table.columns().size(); i++) {
            int place = i;
            table.generated().stream()
                    .filter(generated -> generated.place() == place)
                    .forEach(generated -> lines.add(definition(generated)));
            if (i < table.columns().size()) {
                lines.add(definition(table.columns().get(i), table));
            }
        }
        lines.addAll(metadata());
        lines.add(table.hasKey() ? "primary key (" + table.quotedKey() + ")" : "unique (" + Fragments.VERSION + ")");
        return "create table " + table.quoted() + " (\n  " + String.join(",\n  ", lines) + "\n)";
    }

    /** Creates the table that remembers its deletes. */
    public static String createTombstones(TargetTable table) {
        List<String> lines = new ArrayList<>();
        table.key().forEach(column -> lines.add(column.quoted() + " " + column.definedType()));
        lines.addAll(List.of("_idem_epoch integer not null", "_idem_lsn pg_lsn not null", "_idem_seq bigint not null"));
        if (table.hasKey()) {
            lines.add("primary key (" + table.quotedKey() + ")");
        } else {
            lines.addAll(List.of(
                    "removed_epoch integer not null",
                    "removed_lsn pg_lsn not null",
                    "removed_seq bigint not null",
                    "primary key (" + Fragments.VERSION + ")",
                    "unique (removed_epoch, removed_lsn, removed_seq)"));
        }
        return "create table " + table.tombstoneTable() + " (\n  " + String.join(",\n  ", lines) + "\n)";
    }

    /** Adds those of our metadata columns that a table lacks which somebody else made. */
    public static String addMetadata(TargetTable table) {
        return "alter table " + table.quoted() + "\n  "
                + metadata().stream()
                        .map(column -> "add column if not exists " + column)
                        .collect(Collectors.joining(",\n  "));
    }

    /** Makes rows of a table that somebody else made tellable apart, as the upserts need. */
    public static String createIdentity(TargetTable table) {
        return "create unique index on " + table.quoted() + " ("
                + (table.hasKey() ? table.quotedKey() : Fragments.VERSION) + ")";
    }

    /**
     * Adds a column.
     *
     * @param missing what the rows that are there have in it, as PostgreSQL's text; null for NULL
     */
    public static List<String> addColumn(TargetTable table, TargetColumn column, @Nullable String missing) {
        String add = "alter table " + table.quoted() + " add column " + column.quoted() + " " + column.definedType();
        return missing == null
                ? List.of(add)
                : List.of(
                        add + " default " + SqlIdentifier.literal(missing) + "::" + column.castType(),
                        "alter table " + table.quoted() + " alter column " + column.quoted() + " drop default");
    }

    /** Adds a column that the warehouse computes. */
    public static String addGenerated(TargetTable table, GeneratedColumn generated) {
        return "alter table " + table.quoted() + " add column " + definition(generated);
    }

    /** Adds a column in the place of one that the warehouse cannot compute; it stays empty. */
    public static String addEmpty(TargetTable table, GeneratedColumn generated) {
        return addColumn(table, generated.column(), null).get(0);
    }

    /** Lets a column keep its values and be computed no more. */
    public static String dropExpression(TargetTable table, String column) {
        return "alter table " + table.quoted() + " alter column " + SqlIdentifier.quoted(column)
                + " drop expression if exists";
    }

    /** Drops a column with its values. */
    public static String dropColumn(TargetTable table, String column) {
        return "alter table " + table.quoted() + " drop column " + SqlIdentifier.quoted(column);
    }

    /** Takes every row out. */
    public static String deleteRows(TargetTable table) {
        return "delete from " + table.quoted();
    }

    /** Forgets every delete. */
    public static String deleteTombstones(TargetTable table) {
        return "delete from " + table.tombstoneTable();
    }

    private static String definition(GeneratedColumn generated) {
        return generated.column().quoted() + " " + generated.column().definedType() + " generated always as ("
                + generated.expression() + (generated.virtual() ? ") virtual" : ") stored");
    }

    /** Renames a column. */
    public static String renameColumn(TargetTable table, String from, String to) {
        return renameColumn(table.quoted(), from, to);
    }

    /** Renames a key's column where its deletes are remembered. */
    public static String renameTombstoneColumn(TargetTable table, String from, String to) {
        return renameColumn(table.tombstoneTable(), from, to);
    }

    /** Lets the rows' notes of who carried a column, and of what they miss, follow its new name. */
    public static String renameCarried(TargetTable table, String from, String to) {
        String old = SqlIdentifier.literal(from);
        String now = SqlIdentifier.literal(to);
        return """
                update %1$s set
                  %2$s = (%2$s - %4$s) || jsonb_build_object(%5$s, %2$s -> %4$s),
                  %3$s = array_replace(%3$s, %4$s, %5$s)
                where jsonb_exists(%2$s, %4$s)""".formatted(table.quoted(), Fragments.CARRIED, Fragments.MISSING, old, now);
    }

    /** Takes a column that takes no part any more out of the rows' notes of who carried it, and of what they miss. */
    public static String forgetCarried(TargetTable table, String column) {
        return """
                update %1$s set
                  %2$s = nullif(%2$s - %4$s, '{}'),
                  %3$s = nullif(array_remove(%3$s, %4$s), '{}')
                where jsonb_exists(%2$s, %4$s)""".formatted(table.quoted(), Fragments.CARRIED, Fragments.MISSING, SqlIdentifier.literal(column));
    }

    private static String renameColumn(String table, String from, String to) {
        return "alter table " + table + " rename column " + SqlIdentifier.quoted(from) + " to "
                + SqlIdentifier.quoted(to);
    }

    /** Changes a column's type, converting what is there by way of its text. */
    public static String changeType(TargetTable table, TargetColumn column) {
        return changeType(table.quoted(), column);
    }

    /** Changes the type of a key's column where its deletes are remembered. */
    public static String changeTombstoneType(TargetTable table, TargetColumn column) {
        return changeType(table.tombstoneTable(), column);
    }

    private static String changeType(String table, TargetColumn column) {
        return "alter table %s alter column %s type %s using %s::text::%s"
                .formatted(table, column.quoted(), column.definedType(), column.quoted(), column.castType());
    }

    /** Allows or forbids NULL. */
    public static String changeNullability(TargetTable table, TargetColumn column) {
        return "alter table %s alter column %s %s not null"
                .formatted(table.quoted(), column.quoted(), forbidsNull(column, table) ? "set" : "drop");
    }

    /** Lets a column hold NULL that is no longer followed. */
    public static String allowNull(TargetTable table, String column) {
        return "alter table " + table.quoted() + " alter column " + SqlIdentifier.quoted(column) + " drop not null";
    }

    private static String definition(TargetColumn column, TargetTable table) {
        return column.quoted() + " " + column.definedType() + (forbidsNull(column, table) ? " not null" : "");
    }

    /** A value that a change may leave out can be missing for a while, so its column cannot forbid NULL. */
    private static boolean forbidsNull(TargetColumn column, TargetTable table) {
        return column.notNull() && (!column.toastable() || table.key().contains(column));
    }

    private static List<String> metadata() {
        return List.of(
                "_idem_epoch integer not null",
                "_idem_lsn pg_lsn not null",
                "_idem_seq bigint not null",
                "_idem_synced_at timestamp with time zone not null",
                "_idem_carried jsonb",
                "_idem_missing text[]");
    }
}
