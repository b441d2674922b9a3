package dev.idem.sql;

/**
 * How a publication of the source publishes a table.
 *
 * <p><i>Threads:</i> stateless.
 *
 * <p><i>Source:</i> PostgreSQL, {@code pg_get_publication_tables}.
 */
public final class PublicationSql {

    /** The first major version of PostgreSQL whose publications have lists of columns and filters of rows. */
    public static final int VERSION_WITH_FILTERS = 15;

    /*
     * The view pg_publication_tables would list the whole publication for each table. A list and a filter do not count
     * where the publication has the table's schema too.
     */
    private static final String LIST_AND_FILTER = """
            select
                case when r.prattrs is not null then array(
                    select a.attname::text from pg_attribute a
                    where a.attrelid = r.prrelid and a.attnum = any (r.prattrs::int2[])) end,
                pg_get_expr(r.prqual, r.prrelid)
            from pg_publication p
            join pg_publication_rel r on r.prpubid = p.oid
            join pg_class c on c.oid = r.prrelid
            where p.pubname = ? and r.prrelid = ?::oid
                and not exists (select from pg_publication_namespace n
                    where n.pnpubid = p.oid and n.pnnspid = c.relnamespace)
            """;

    private PublicationSql() {}

    /**
     * The names of the columns that are published, NULL for all, and the filter's expression, NULL where there is none.
     * No row where the publication names neither.
     *
     * <p>Binds the publication's name and the table's oid; from {@link #VERSION_WITH_FILTERS} on.
     */
    public static String listAndFilter() {
        return LIST_AND_FILTER;
    }
}
