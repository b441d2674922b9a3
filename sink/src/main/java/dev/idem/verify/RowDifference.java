package dev.idem.verify;

import java.util.List;
import java.util.Map;

/**
 * One row that differs.
 *
 * @param kind how
 * @param key the key's columns with their texts; empty where the table has no key. To be shown only where a person asks
 * @param columns the names of the columns that differ; empty where a whole row does
 */
public record RowDifference(Kind kind, Map<String, String> key, List<String> columns) {

    /** How a row differs. */
    public enum Kind {
        /** Only the source has it. */
        MISSING,
        /** Only the warehouse has it. */
        EXTRA,
        /** Both have it with other values. */
        DIFFERING,
        /** The warehouse has it and says itself that it still lacks the values of these columns. */
        INCOMPLETE
    }

    /** Copies the collections. */
    public RowDifference {
        columns = List.copyOf(columns);
    }
}
