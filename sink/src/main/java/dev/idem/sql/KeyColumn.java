package dev.idem.sql;

/**
 * A column of the key by which two copies of a table are walked in one order.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param name the column's name
 * @param order how its values are put in order
 * @param castType the type to which the text of a value is cast
 */
public record KeyColumn(String name, Order order, String castType) {

    /** How values are put in an order that two servers share. */
    public enum Order {
        /** By the type's own order, which no server's settings bend: numbers, times, UUIDs, bytes. */
        NATIVE,
        /** Text by its bytes: the collations of two servers need not agree. */
        BYTES,
        /** Any other type by the bytes of its text. No index helps, so each chunk reads the table. */
        TEXT
    }

    /** True where an index can serve the order. */
    public boolean canUseIndex() {
        return order == Order.NATIVE;
    }

    /** The expression to sort by. */
    String ordered() {
        return switch (order) {
            case NATIVE -> column();
            case BYTES -> column() + " collate \"C\"";
            case TEXT -> text() + " collate \"C\"";
        };
    }

    /** A bound text as the expression to compare with. */
    String bound() {
        return switch (order) {
            case NATIVE -> "(?::text)::" + castType;
            case BYTES -> "(?::text)::" + castType + " collate \"C\"";
            case TEXT -> "(?::text) collate \"C\"";
        };
    }

    /** True where the row has the value that {@code wanted} holds as a text. */
    String sameAs(String wanted) {
        return order == Order.TEXT ? text() + " = " + wanted : column() + " = " + wanted + "::" + castType;
    }

    /** The value's text. */
    String text() {
        return column() + "::text";
    }

    private String column() {
        return "target." + SqlIdentifier.quoted(name);
    }
}
