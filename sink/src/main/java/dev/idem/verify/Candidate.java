package dev.idem.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A row that differed when it was first looked at, and what each look saw.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param key the texts of the key's columns, or the digest of the row where the table has no key
 * @param looks the oldest first, at least one
 * @param columns the columns that differ for good, where the looks told them; empty where they did not
 */
record Candidate(List<String> key, List<Look> looks, Optional<ColumnDifference> columns) {

    /** Both sides, the source first. */
    record Look(RowState source, RowState warehouse) {}

    Candidate {
        key = List.copyOf(key);
        looks = List.copyOf(looks);
    }

    Candidate(List<String> key, List<Look> looks) {
        this(key, looks, Optional.empty());
    }

    static Candidate first(List<String> key, RowState source, RowState warehouse) {
        return new Candidate(key, List.of(new Look(source, warehouse)));
    }

    Candidate with(Look look) {
        List<Look> more = new ArrayList<>(looks);
        more.add(look);
        return new Candidate(key, more, columns);
    }

    Candidate in(ColumnDifference differing) {
        return new Candidate(key, looks, Optional.of(differing));
    }

    Look last() {
        return looks.get(looks.size() - 1);
    }
}
