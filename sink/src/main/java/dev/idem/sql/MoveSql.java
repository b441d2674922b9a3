package dev.idem.sql;

/** Statements that bring a table of the warehouse to another name or schema. */
public final class MoveSql {

    private MoveSql() {}

    /** Gives the table another name in its schema. */
    public static String rename(String schema, String name, String newName) {
        return "alter table " + SqlIdentifier.quoted(schema, name) + " rename to " + SqlIdentifier.quoted(newName);
    }

    /** Brings the table to another schema. */
    public static String setSchema(String schema, String name, String newSchema) {
        return "alter table " + SqlIdentifier.quoted(schema, name) + " set schema " + SqlIdentifier.quoted(newSchema);
    }

    /**
     * The statements that give other names to those indexes of a table whose names are taken in another schema: indexes
     * go there with their table.
     *
     * <p>Binds: the table's quoted name, the other schema's name.
     */
    public static String renamesOfIndexes() {
        return """
                select format('alter index %I.%I rename to %I', n.nspname, x.relname, 'idem_index_' || x.oid)
                from pg_index i
                join pg_class x on x.oid = i.indexrelid
                join pg_namespace n on n.oid = x.relnamespace
                where i.indrelid = to_regclass(?)
                  and exists (
                    select
                    from pg_class taken
                    join pg_namespace there on there.oid = taken.relnamespace
                    where there.nspname = ? and taken.relname = x.relname
                  )""";
    }
}
