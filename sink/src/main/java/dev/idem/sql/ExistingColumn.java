package dev.idem.sql;

/**
 * A column that a table of the warehouse has already.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param name its name
 * @param type as {@code format_type} prints it with all schemas named
 * @param notNull whether it forbids NULL
 * @param filled whether the warehouse gives a value where none is written: a default, or an identity
 * @param generated whether the warehouse computes it and refuses values
 * @param ofPrimaryKey whether the table's primary key has it, so that it cannot allow NULL
 */
public record ExistingColumn(
        String name, String type, boolean notNull, boolean filled, boolean generated, boolean ofPrimaryKey) {

    /**
     * The columns of a table; to be asked with {@code search_path = pg_catalog}, so that types come with their schemas.
     *
     * <p>Binds: the table's quoted name. Gives: name, type, not null, filled, generated, of the primary key.
     */
    public static final String QUERY = """
            select a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull,
              a.atthasdef and a.attgenerated = '' or a.attidentity <> '', a.attgenerated <> '',
              exists (select from pg_index i where i.indrelid = a.attrelid and i.indisprimary and a.attnum = any (i.indkey))
            from pg_attribute a
            where a.attrelid = to_regclass(?) and a.attnum > 0 and not a.attisdropped
            order by a.attnum""";
}
