package dev.idem.sql;

import static dev.idem.sql.Fragments.CARRIED;
import static dev.idem.sql.Fragments.MISSING;
import static dev.idem.sql.Fragments.VERSION;

import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Deletes that leave memory, and floors below which nothing exists. */
public final class DeleteSql {

    private DeleteSql() {}

    /**
     * Deletes rows by key where they are older than the delete, and remembers each delete.
     *
     * <p>Binds: an array of texts for each key column in key order; epochs; LSNs as texts; ordinals. Counts the rows
     * deleted.
     */
    public static String byKey(TargetTable table) {
        return """
                with change as (
                %s
                ), remembered as (
                  insert into %s as tombstone (%s, %s)
                  select
                    %s,
                    %s
                  from change
                  on conflict (%s) do update set
                    %s
                  where %s < %s
                )
                delete from %s as target
                using change
                where %s
                  and %s < %s""".formatted(
                        Fragments.changes(table.key()),
                        table.tombstoneTable(),
                        table.quotedKey(),
                        VERSION,
                        table.quotedKey(),
                        VERSION,
                        table.quotedKey(),
                        takeVersion(),
                        Fragments.version("tombstone"),
                        Fragments.version("excluded"),
                        table.quoted(),
                        Fragments.sameKey(table, "target", "change"),
                        Fragments.version("target"),
                        Fragments.version("change"));
    }

    /**
     * Takes rows out by key where they are older than what is put in their place, without remembering that. Where a
     * younger delete of the key is remembered, the row that would take the place is refused, and so the old one was
     * gone already.
     *
     * <p>Binds: as {@link #byKey}. Counts the rows taken out.
     */
    public static String takeOut(TargetTable table) {
        return """
                with change as (
                %s
                )
                delete from %s as target
                using change
                where %s
                  and %s < %s""".formatted(
                        Fragments.changes(table.key()),
                        table.quoted(),
                        Fragments.sameKey(table, "target", "change"),
                        Fragments.version("target"),
                        Fragments.version("change"));
    }

    /**
     * Takes back values that a younger, partial row holds of changes older than the delete: they belonged to an earlier
     * life of the key. Needed only for changes that come again or out of order.
     *
     * <p>Binds: as {@link #byKey}. Counts the rows that changed.
     */
    public static String forgetEarlierLife(TargetTable table) {
        return """
                with change as (
                %s
                )
                update %s as target set
                  %s
                from change
                where %s
                  and idem.carries_below(target.%s, %s)""".formatted(
                        Fragments.changes(table.key()),
                        table.quoted(),
                        forget(table, Fragments.versionText("change")),
                        Fragments.sameKey(table, "target", "change"),
                        CARRIED,
                        Fragments.versionText("change"));
    }

    /**
     * Deletes every row that is older than a floor.
     *
     * <p>Binds: epoch, LSN as text, ordinal. Counts the rows deleted.
     */
    public static String belowFloor(TargetTable table) {
        return """
                delete from %s as target
                where %s < (?::integer, ?::pg_lsn, ?::bigint)""".formatted(table.quoted(), Fragments.version("target"));
    }

    /**
     * Takes back values that younger, partial rows hold of changes older than a floor.
     *
     * <p>Binds: epoch, LSN as text, ordinal. Counts the rows that changed.
     */
    public static String forgetBelowFloor(TargetTable table) {
        return """
                with floor as (
                  select idem.version_text(?::integer, ?::pg_lsn, ?::bigint) as version
                )
                update %s as target set
                  %s
                from floor
                where idem.carries_below(target.%s, floor.version)""".formatted(table.quoted(), forget(table, "floor.version"), CARRIED);
    }

    private static String forget(TargetTable table, String bound) {
        String carried = "idem.carried_from(target.%s, %s)".formatted(CARRIED, bound);
        String values = table.otherColumns().stream()
                .map(column ->
                        "%1$s = case when (target.%2$s ->> %3$s) collate \"C\" < %4$s collate \"C\" then null else target.%1$s end,\n  "
                                .formatted(column.quoted(), CARRIED, column.literal(), bound))
                .collect(Collectors.joining());
        return values + CARRIED + " = " + carried + ",\n  " + MISSING + " = idem.missing_columns(" + carried + ")";
    }

    private static String takeVersion() {
        return Stream.of(Fragments.EPOCH, Fragments.LSN, Fragments.SEQ)
                .map(column -> column + " = excluded." + column)
                .collect(Collectors.joining(",\n    "));
    }
}
