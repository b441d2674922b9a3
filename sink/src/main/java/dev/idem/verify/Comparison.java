package dev.idem.verify;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** How the rows of one table are compared: by their keys, or as a multiset. */
interface Comparison {

    /**
     * Looks at every row once.
     *
     * @param found takes the rows that differ
     * @return how many rows the source has
     */
    long compare(Consumer<Candidate> found);

    /** Looks at some rows again; those that are not there are left out. */
    Map<List<String>, RowState> look(Side side, List<List<String>> keys);
}
