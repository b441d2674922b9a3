package dev.idem.breadth;

import java.util.List;

/**
 * What the clients know of a table; the server may know better.
 *
 * @param schema unquoted
 * @param name unquoted
 * @param columns in order
 * @param key the key's columns, which an update changes seldom
 * @param kind what kind of table it is
 * @param leaves its partitions, quoted with their schemas
 */
record TableShape(String schema, String name, List<Column> columns, List<String> key, Kind kind, List<String> leaves) {

    /** Kinds of tables. */
    enum Kind {
        PLAIN,
        PARTITIONED,
        /** Parent or child: changes of one's schema concern the other. */
        INHERITED,
        UNLOGGED
    }

    TableShape {
        columns = List.copyOf(columns);
        key = List.copyOf(key);
        leaves = List.copyOf(leaves);
    }

    String quoted() {
        return Names.quoted(schema) + '.' + Names.quoted(name);
    }

    TableShape named(String other) {
        return new TableShape(schema, other, columns, key, kind, leaves);
    }

    TableShape with(List<Column> other) {
        return new TableShape(schema, name, other, key, kind, leaves);
    }

    TableShape keyed(List<String> other) {
        return new TableShape(schema, name, columns, other, kind, leaves);
    }

    List<Column> writable() {
        return columns.stream().filter(Column::writable).toList();
    }

    /** Columns that are in no key. */
    List<Column> payload() {
        return columns.stream()
                .filter(column -> column.writable() && !key.contains(column.name()))
                .toList();
    }
}
