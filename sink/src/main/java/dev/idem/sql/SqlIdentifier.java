package dev.idem.sql;

/**
 * Names in SQL text. Every identifier of generated SQL passes through here; values are always bound.
 *
 * <p><i>Source:</i> PostgreSQL, "Identifiers and Key Words": quoted identifiers.
 */
public final class SqlIdentifier {

    private SqlIdentifier() {}

    /** The name in double quotes, those inside doubled. */
    public static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** {@code "schema"."name"}. */
    public static String quoted(String schema, String name) {
        return quoted(schema) + '.' + quoted(name);
    }

    /** The text as a string literal, for what stands where SQL wants a value and nothing can be bound. */
    public static String literal(String text) {
        String body = text.replace("'", "''");
        return text.indexOf('\\') < 0 ? '\'' + body + '\'' : " E'" + body.replace("\\", "\\\\") + '\'';
    }
}
