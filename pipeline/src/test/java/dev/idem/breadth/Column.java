package dev.idem.breadth;

/**
 * A column of a generated table.
 *
 * @param name unquoted
 * @param type its type
 * @param clause what follows the type in a definition, such as {@code not null} or a default
 * @param writable false where only the server writes it
 */
record Column(String name, ValueType type, String clause, boolean writable) {

    static Column plain(String name, ValueType type) {
        return new Column(name, type, "", true);
    }

    String quoted() {
        return Names.quoted(name);
    }

    String definition() {
        return quoted() + ' ' + type.sql() + ' ' + clause;
    }

    boolean isNullable() {
        return !clause.contains("not null") && writable;
    }

    boolean hasDefault() {
        return clause.contains("default") || clause.contains("identity");
    }

    Column named(String other) {
        return new Column(other, type, clause, writable);
    }

    Column typed(ValueType other) {
        return new Column(name, other, clause, writable);
    }
}
