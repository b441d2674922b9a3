package dev.idem.sql;

/** Reads what a key change left out from the row under its old key. */
public final class CarrySql {

    private CarrySql() {}

    /**
     * The rows of the given keys, their columns as texts.
     *
     * <p>Binds: an array of texts for each key column in key order, then an array of whole numbers that come back as
     * the first column. After it: epoch, LSN as text, ordinal, the carriers as JSON text or NULL, each column in
     * catalogue order.
     */
    public static String lookup(TargetTable table) {
        StringBuilder arrays = new StringBuilder();
        StringBuilder names = new StringBuilder();
        StringBuilder join = new StringBuilder();
        for (int i = 0; i < table.key().size(); i++) {
            TargetColumn column = table.key().get(i);
            arrays.append("?::text[], ");
            names.append("c").append(i).append(", ");
            join.append(i == 0 ? "" : "\n  and ")
                    .append(column.compared("target." + column.quoted()))
                    .append(" = ")
                    .append(column.compared("bound.c" + i + "::" + column.castType()));
        }
        return """
                select
                  bound.request,
                  target._idem_epoch,
                  target._idem_lsn::text,
                  target._idem_seq,
                  target._idem_carried::text,
                  %s
                from unnest(%s?::integer[])
                  as bound (%srequest)
                join %s as target
                  on %s""".formatted(
                        Fragments.lines(table.columns(), column -> "target." + column.quoted() + "::text"),
                        arrays,
                        names,
                        table.quoted(),
                        join);
    }
}
