package dev.idem.verify;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** How the rows of one table are compared: by their keys, or as a multiset. */
interface Comparison {

    /**
     * Looks at every row once, or at every row of the chunks that are chosen.
     *
     * @param found takes the rows that differ
     */
    Extent compare(Consumer<Candidate> found);

    /** Looks at some rows again; those that are not there are left out. */
    Map<List<String>, RowState> look(Side side, List<List<String>> keys);
}
