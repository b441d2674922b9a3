package dev.idem.verify;

/**
 * What a look at one row of one side saw.
 *
 * @param value the row's digest, or how often it occurs where the table has no key; empty where there is no such row
 * @param version tells whether the row was written between two looks, even where its value is the same; empty where
 *     that cannot be told
 */
record RowState(String value, String version) {

    static final RowState ABSENT = new RowState("", "");

    boolean isAbsent() {
        return value.isEmpty();
    }

    /** True for one row that a key tells apart, false for none and for a count of equal rows. */
    boolean isRow() {
        return !version.isEmpty();
    }

    boolean hasValueOf(RowState other) {
        return value.equals(other.value);
    }
}
