package dev.idem.sql;

import static dev.idem.sql.Fragments.CARRIED;
import static dev.idem.sql.Fragments.MISSING;
import static dev.idem.sql.Fragments.SYNCED_AT;
import static dev.idem.sql.Fragments.VERSION;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The guarded upserts: guard and write are one statement, so an older change never overwrites a newer row, however
 * often and in whatever order changes come.
 *
 * <p><i>Source:</i> PostgreSQL, INSERT, "ON CONFLICT Clause".
 */
public final class UpsertSql {

    /** Whether the statement must look for younger deletes. */
    public enum Guard {
        /** The changes are newer than all that was ever applied: no tombstone can be younger. */
        FRESH,
        /** The changes may have been applied before. */
        REPLAYED
    }

    private static final int PAIRS_A_CALL = 50;

    private UpsertSql() {}

    /**
     * Writes rows whose newest change carries every column, and is newer than all that was ever applied: no tombstone
     * is looked at.
     *
     * <p>Binds: an array of texts for each column in catalogue order; epochs; LSNs as texts; ordinals. Counts the rows
     * that changed.
     */
    public static String complete(TargetTable table) {
        List<String> set = new ArrayList<>();
        table.otherColumns().forEach(column -> set.add(column.quoted() + " = excluded." + column.quoted()));
        setVersion(set);
        set.add(CARRIED + " = null");
        set.add(MISSING + " = null");
        return """
                insert into %s as target (%s, %s, %s)
                select
                  %s,
                  %s,
                  now()
                from (
                %s
                ) as change
                order by %s
                on conflict (%s) do update set
                  %s
                where %s < %s""".formatted(
                        table.quoted(),
                        columnNames(table),
                        VERSION,
                        SYNCED_AT,
                        Fragments.lines(table.columns(), column -> "change." + column.quoted()),
                        VERSION,
                        Fragments.changes(table.columns()),
                        table.quotedKey(),
                        table.quotedKey(),
                        String.join(",\n  ", set),
                        Fragments.version("target"),
                        Fragments.version("excluded"));
    }

    /**
     * Writes rows of which some columns were carried by older changes than the newest, or by none.
     *
     * <p>Binds: as {@link #complete}, then an array of JSON texts: for each column that the newest change did not carry
     * the text of its carrier's version, or an empty text. Counts the rows that changed.
     */
    public static String partial(TargetTable table, Guard guard) {
        List<TargetColumn> others = table.otherColumns();
        return """
                insert into %1$s as target (%2$s, %3$s, %4$s, %5$s, %6$s)
                select
                  %7$s,
                  %3$s,
                  now(),
                  carried::jsonb,
                  idem.missing_columns(carried::jsonb)
                from (
                %8$s
                ) as change%9$s
                order by %10$s
                on conflict (%10$s) do update set (%11$s%3$s, %4$s, %5$s, %6$s) = (
                  select
                    %12$s%13$s,
                    now(),
                    merged.carried,
                    idem.missing_columns(merged.carried)
                  from (
                    select
                      %14$s as mine,
                      %15$s as theirs
                  ) as version
                  cross join lateral (
                    select %16$s as carried
                  ) as merged
                )
                where %17$s < %18$s
                  or idem.carries_newer(
                    excluded.%5$s,
                    %15$s,
                    target.%5$s
                  )""".formatted(
                        table.quoted(),
                        columnNames(table),
                        VERSION,
                        SYNCED_AT,
                        CARRIED,
                        MISSING,
                        Fragments.lines(table.columns(), column -> "change." + column.quoted()),
                        Fragments.changes(table.columns(), "carried"),
                        tombstoneGuard(table, guard),
                        table.quotedKey(),
                        others.stream().map(column -> column.quoted() + ", ").collect(Collectors.joining()),
                        others.stream().map(UpsertSql::newerValue).collect(Collectors.joining()),
                        newerVersion(),
                        Fragments.versionText("target"),
                        Fragments.versionText("excluded"),
                        mergedCarriers(others),
                        Fragments.version("target"),
                        Fragments.version("excluded"));
    }

    private static void setVersion(List<String> set) {
        for (String column : List.of(Fragments.EPOCH, Fragments.LSN, Fragments.SEQ, SYNCED_AT)) {
            set.add(column + " = excluded." + column);
        }
    }

    private static String newerValue(TargetColumn column) {
        return "case when %s > %s then excluded.%s else target.%s end,\n    "
                .formatted(
                        carrier("excluded", "version.theirs", column),
                        carrier("target", "version.mine", column),
                        column.quoted(),
                        column.quoted());
    }

    private static String newerVersion() {
        return List.of(Fragments.EPOCH, Fragments.LSN, Fragments.SEQ).stream()
                .map(column ->
                        "case when version.theirs collate \"C\" > version.mine collate \"C\" then excluded.%1$s else target.%1$s end"
                                .formatted(column))
                .collect(Collectors.joining(",\n    "));
    }

    /** The version of the change that carried the column, as a text that sorts; empty where none did. */
    private static String carrier(String alias, String rowVersion, TargetColumn column) {
        return "(coalesce(%s.%s ->> %s, %s) collate \"C\")".formatted(alias, CARRIED, column.literal(), rowVersion);
    }

    /** The carriers of both, the newer of each column; those that are as new as the row itself are left out. */
    private static String mergedCarriers(List<TargetColumn> columns) {
        List<String> objects = new ArrayList<>();
        for (int from = 0; from < columns.size(); from += PAIRS_A_CALL) {
            List<TargetColumn> some = columns.subList(from, Math.min(columns.size(), from + PAIRS_A_CALL));
            objects.add("jsonb_build_object(\n        "
                    + some.stream().map(UpsertSql::mergedCarrier).collect(Collectors.joining(",\n        "))
                    + ")");
        }
        return objects.isEmpty()
                ? "null::jsonb"
                : "nullif(jsonb_strip_nulls(" + String.join(" || ", objects) + "), '{}')";
    }

    private static String mergedCarrier(TargetColumn column) {
        return "%s, nullif(greatest(%s, %s), greatest(version.mine collate \"C\", version.theirs collate \"C\"))"
                .formatted(
                        column.literal(),
                        carrier("excluded", "version.theirs", column),
                        carrier("target", "version.mine", column));
    }

    private static String columnNames(TargetTable table) {
        return table.columns().stream().map(TargetColumn::quoted).collect(Collectors.joining(", "));
    }

    private static String tombstoneGuard(TargetTable table, Guard guard) {
        return switch (guard) {
            case FRESH -> "";
            case REPLAYED ->
                """

                    where not exists (
                      select
                      from %s as tombstone
                      where %s
                        and %s > %s
                    )""".formatted(
                                table.tombstoneTable(),
                                Fragments.sameKey(table, "tombstone", "change"),
                                Fragments.version("tombstone"),
                                Fragments.version("change"));
        };
    }
}
