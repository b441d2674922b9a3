package dev.idem.control;

/**
 * What a rebuild did to a table.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param rows how many rows the table has
 * @param extra rows that it had and should not have
 * @param differing rows that were not what they should be
 * @param missing rows that it lacked
 * @param deletes how many deletes are remembered
 */
public record RebuiltTable(long rows, long extra, long differing, long missing, long deletes) {

    /** How many rows were not what they should be. */
    public long changed() {
        return extra + differing + missing;
    }
}
