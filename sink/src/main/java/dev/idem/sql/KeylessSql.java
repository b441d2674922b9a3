package dev.idem.sql;

import static dev.idem.sql.Fragments.SYNCED_AT;
import static dev.idem.sql.Fragments.VERSION;

import java.util.stream.Collectors;

/**
 * Statements for tables without a key. A row's identity is the version of the change that added it, so each change is
 * applied once; a removal looks for one row of equal content.
 */
public final class KeylessSql {

    private KeylessSql() {}

    /**
     * Adds rows.
     *
     * <p>Binds: an array of texts for each column in catalogue order; epochs; LSNs as texts; ordinals. Counts the rows
     * added.
     */
    public static String insert(TargetTable table, UpsertSql.Guard guard) {
        String columns =
                table.columns().stream().map(column -> column.quoted() + ", ").collect(Collectors.joining());
        return """
                insert into %s as target (%s%s, %s)
                select
                  %s%s,
                  now()
                from (
                %s
                ) as change%s
                on conflict (%s) do nothing""".formatted(
                        table.quoted(),
                        columns,
                        VERSION,
                        SYNCED_AT,
                        columns,
                        VERSION,
                        Fragments.changes(table.columns()),
                        removedGuard(table, guard),
                        VERSION);
    }

    /**
     * Removes one row of the given content that is older than the change, and remembers which row went with which
     * change, so that neither comes again.
     *
     * <p>Binds: epoch, LSN as text, ordinal of the change, then each column as text. Counts the rows removed.
     */
    public static String remove(TargetTable table) {
        // A cast to text strips char(n) and adds to inet; format calls the output function.
        String content = table.columns().stream()
                .map(column -> "\n    and format('%%L', target.%s) = format('%%L', ?::text::%s)"
                        .formatted(column.quoted(), column.castType()))
                .collect(Collectors.joining());
        return """
                with change as (
                  select ?::integer as epoch, ?::pg_lsn as lsn, ?::bigint as seq
                ), victim as (
                  select target.ctid as place, change.epoch, change.lsn, change.seq
                  from %1$s as target
                  cross join change
                  where %2$s < (change.epoch, change.lsn, change.seq)
                    and not exists (
                      select
                      from %3$s as tombstone
                      where (tombstone.removed_epoch, tombstone.removed_lsn, tombstone.removed_seq)
                        = (change.epoch, change.lsn, change.seq)
                    )%4$s
                  order by %5$s desc
                  limit 1
                ), removed as (
                  delete from %1$s as target
                  using victim
                  where target.ctid = victim.place
                  returning %6$s, victim.epoch, victim.lsn, victim.seq
                )
                insert into %3$s (%7$s, removed_epoch, removed_lsn, removed_seq)
                select * from removed""".formatted(
                        table.quoted(),
                        Fragments.version("target"),
                        table.tombstoneTable(),
                        content,
                        Fragments.version("target"),
                        "target._idem_epoch, target._idem_lsn, target._idem_seq",
                        VERSION);
    }

    private static String removedGuard(TargetTable table, UpsertSql.Guard guard) {
        return switch (guard) {
            case FRESH -> "";
            case REPLAYED ->
                """

                    where not exists (
                      select
                      from %s as tombstone
                      where %s = %s
                    )""".formatted(table.tombstoneTable(), Fragments.version("tombstone"), Fragments.version("change"));
        };
    }
}
