package dev.idem.sql;

import org.jspecify.annotations.Nullable;

/**
 * A column of a target table.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param name the column's name
 * @param type the exact type
 * @param notNull whether NULL is refused
 * @param toastable whether a change may leave the value out
 * @param collation as SQL writes it, where it is not the type's own; null otherwise
 * @param domainBase where the type is a domain, the type below it that is none; null otherwise
 */
public record TargetColumn(
        String name,
        String type,
        boolean notNull,
        boolean toastable,
        @Nullable String collation,
        @Nullable String domainBase) {

    private static final String BUILT_IN = "pg_catalog.";

    /** The name in quotes. */
    String quoted() {
        return SqlIdentifier.quoted(name);
    }

    /** The name as a string literal. */
    String literal() {
        return SqlIdentifier.literal(name);
    }

    /**
     * The type to which a text is cast. The cast of text to regclass looks a name up and refuses {@code -} and numbers;
     * from bpchar there is no such cast, so the type's input function is called.
     */
    String castType() {
        String base = SqlType.withoutModifier(type);
        return base.equals("regclass") ? "bpchar::regclass" : base;
    }

    /** The same column; {@code base} is the type below its domain. */
    public TargetColumn basedOn(@Nullable String base) {
        return new TargetColumn(name, type, notNull, toastable, collation, base);
    }

    /**
     * The value as two of them are compared. A domain over an enum or a composite type has no operators, since those of
     * all enums do not take it for one.
     */
    String compared(String value) {
        return domainBase == null ? value : value + "::" + SqlType.withoutModifier(domainBase);
    }

    /** The type with its collation, as a definition writes it. */
    public String definedType() {
        return collation == null ? type : type + " collate " + collation;
    }

    /**
     * True where keys of this column are equal exactly where their texts are. A collation of the source's users may
     * hold texts of different bytes equal.
     */
    public boolean keyEqualAsText() {
        return SqlType.isEqualAsText(type)
                || SqlType.isText(type) && (collation == null || collation.startsWith(BUILT_IN));
    }
}
