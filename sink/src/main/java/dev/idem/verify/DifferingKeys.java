package dev.idem.verify;

import dev.idem.change.RereadRequest;
import java.util.ArrayList;
import java.util.List;

/**
 * The keys of the rows of a table that differ, as long as they are few.
 *
 * <p><i>Threads:</i> one thread.
 */
final class DifferingKeys {

    private final List<List<String>> keys = new ArrayList<>();
    private boolean isTooMany;

    void add(List<String> key) {
        isTooMany |= keys.size() >= RereadRequest.MOST_ROWS;
        if (isTooMany) {
            keys.clear();
        } else {
            keys.add(key);
        }
    }

    /** All of them; empty where there are none, or too many to be named. */
    List<List<String>> all() {
        return List.copyOf(keys);
    }
}
