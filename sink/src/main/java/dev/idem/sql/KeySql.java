package dev.idem.sql;

import java.util.List;

/** Statements by which a target table tells its rows apart by another key than before. */
public final class KeySql {

    private static final String UNIQUE_OVER = """
            i.indrelid = to_regclass(?)
              and i.indisunique
              and i.indpred is null
              and i.indnkeyatts = (select count(*) from unnest(i.indkey::int2[]) as k (number) where k.number <> 0)
                - (i.indnatts - i.indnkeyatts)
              and (
                select array_agg(a.attname::text order by a.attname::text collate "C")
                from unnest(i.indkey::int2[]) with ordinality as k (number, place)
                join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number
                where k.place <= i.indnkeyatts
              ) = ?::text[]""";

    private KeySql() {}

    /**
     * The statements that drop what tells rows apart: each unique index over exactly these columns, in any order.
     *
     * <p>Binds: the table's quoted name, an array of the columns' names.
     */
    public static String dropsOfIdentity() {
        return """
                select case
                    when c.oid is null then format('drop index %I.%I', n.nspname, x.relname)
                    else format('alter table %s drop constraint %I', i.indrelid::regclass, c.conname)
                  end
                from pg_index i
                join pg_class x on x.oid = i.indexrelid
                join pg_namespace n on n.oid = x.relnamespace
                left join pg_constraint c on c.conindid = i.indexrelid and c.contype in ('p', 'u')
                where\s""" + UNIQUE_OVER + "\norder by 1";
    }

    /**
     * Whether the table tells its rows apart already, by an index that upserts can use.
     *
     * <p>Binds: as {@link #dropsOfIdentity}.
     */
    public static String hasIdentity() {
        return "select exists (select from pg_index i where " + UNIQUE_OVER
                + "\n  and i.indimmediate and i.indisvalid and not i.indisexclusion)";
    }

    /** The columns that tell the table's rows apart. */
    public static List<String> identity(TargetTable table) {
        return table.hasKey()
                ? table.key().stream().map(TargetColumn::name).sorted().toList()
                : List.of(Fragments.EPOCH, Fragments.LSN, Fragments.SEQ);
    }

    /** Numbers rows of one commit, so that each has a version of its own, as a table without a key needs. */
    public static String numberRows(TargetTable table) {
        return """
                update %1$s as target set %2$s = numbered.place
                from (
                  select
                    ctid as row,
                    row_number() over (partition by %3$s, %4$s order by %2$s) as place
                  from %1$s
                ) as numbered
                where target.ctid = numbered.row""".formatted(table.quoted(), Fragments.SEQ, Fragments.EPOCH, Fragments.LSN);
    }

    /** Tells rows apart by the table's key, or by their versions where it has none. */
    public static String addIdentity(TargetTable table) {
        return "alter table " + table.quoted() + " add "
                + (table.hasKey() ? "primary key (" + table.quotedKey() + ")" : "unique (" + Fragments.VERSION + ")");
    }

    /** Forgets the deletes that were remembered. */
    public static String dropTombstones(TargetTable table) {
        return "drop table " + table.tombstoneTable();
    }
}
