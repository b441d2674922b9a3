package dev.idem.sql;

import java.util.Set;

/**
 * Reads the names of types as {@code format_type} prints them.
 *
 * <p><i>Source:</i> PostgreSQL, {@code src/backend/utils/adt/format_type.c}.
 */
public final class SqlType {

    private static final Set<String> EQUAL_AS_TEXT = Set.of(
            "smallint",
            "integer",
            "bigint",
            "uuid",
            "boolean",
            "date",
            "bytea",
            "oid",
            "timestamp without time zone",
            "timestamp with time zone",
            "time without time zone");

    private SqlType() {}

    /**
     * The type without its modifier, to which a text is cast. An explicit cast to {@code varchar(3)} would cut
     * silently; the assignment to the column that follows refuses what does not fit.
     */
    public static String withoutModifier(String type) {
        StringBuilder base = new StringBuilder(type.length());
        boolean quoted = false;
        boolean skipping = false;
        for (int i = 0; i < type.length(); i++) {
            char c = type.charAt(i);
            quoted ^= c == '"';
            skipping |= c == '(' && !quoted;
            if (!skipping) {
                base.append(c);
            }
            skipping &= c != ')';
        }
        return unmodifiedName(base.toString());
    }

    /** {@code character} and {@code bit} without a length mean a length of 1; their other names mean any. */
    private static String unmodifiedName(String base) {
        String element = base.endsWith("[]") ? base.substring(0, base.length() - 2) : base;
        String dimensions = base.substring(element.length());
        return switch (element) {
            case "character" -> "bpchar" + dimensions;
            case "bit" -> "\"bit\"" + dimensions;
            default -> base;
        };
    }

    /**
     * True where two values of the type are equal exactly where their texts are, so that keys may be compared outside
     * of the database. Text itself qualifies with a deterministic collation only, which the type's name does not tell:
     * see {@link TargetColumn#keyEqualAsText}.
     */
    static boolean isEqualAsText(String type) {
        return EQUAL_AS_TEXT.contains(withoutModifier(type));
    }

    /** True for the types whose equality is that of their bytes, given a deterministic collation. */
    static boolean isText(String type) {
        String base = withoutModifier(type);
        return base.equals("text") || base.equals("character varying");
    }
}
