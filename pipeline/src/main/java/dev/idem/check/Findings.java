package dev.idem.check;

import dev.idem.check.Finding.Outcome;
import dev.idem.check.Finding.Remedy;
import java.util.ArrayList;
import java.util.List;

/**
 * The findings of one place, in the order in which they were made.
 *
 * <p><i>Threads:</i> one thread.
 */
final class Findings {

    private final String place;
    private final List<Finding> all = new ArrayList<>();

    Findings(String place) {
        this.place = place;
    }

    void ok(String text) {
        all.add(new Finding(Outcome.OK, place, text, Remedy.NONE));
    }

    void warn(String text, Remedy remedy) {
        all.add(new Finding(Outcome.WARNING, place, text, remedy));
    }

    void fail(String text, Remedy remedy) {
        all.add(new Finding(Outcome.FAILED, place, text, remedy));
    }

    List<Finding> all() {
        return List.copyOf(all);
    }
}
