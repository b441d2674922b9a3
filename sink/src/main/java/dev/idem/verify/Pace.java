package dev.idem.verify;

/**
 * How much a comparison asks of the databases.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param rowsPerSecond how many rows of the source are looked at in a second on average; 0 for as many as can be
 * @param share of the chunks of a table with a key that are compared, chosen at random; 1 for all. A table without a
 *     key is compared whole
 */
public record Pace(long rowsPerSecond, double share) {

    /** Everything, as fast as can be. */
    public static final Pace FULL = new Pace(0, 1);

    /** Checks the bounds. */
    public Pace {
        if (rowsPerSecond < 0 || !(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("rows per second " + rowsPerSecond + ", share " + share
                    + " (expected: 0 or more, above 0 and at most 1)");
        }
    }

    /** True where all rows are compared. */
    public boolean isFull() {
        return share == 1;
    }
}
