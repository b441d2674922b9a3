package dev.idem.check;

import java.util.List;
import java.util.stream.Collectors;

/**
 * One thing that was looked at.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param outcome how it stands
 * @param place what was looked at: {@code source}, {@code kafka}, {@code warehouse}
 * @param text what was found, and what was expected where that differs
 * @param remedy what mends it
 */
public record Finding(Outcome outcome, String place, String text, Remedy remedy) {

    /** How it stands. */
    public enum Outcome {
        OK,
        /** A run works, but not for everything, or not for long. */
        WARNING,
        /** A run does not work. */
        FAILED
    }

    /**
     * What mends it.
     *
     * @param statements to be run as they stand, by a role that may
     * @param note what else is to be done; empty where nothing is
     */
    public record Remedy(List<String> statements, String note) {

        /** Nothing to mend. */
        static final Remedy NONE = new Remedy(List.of(), "");

        /** Copies the list. */
        public Remedy {
            statements = List.copyOf(statements);
        }

        static Remedy run(String... statements) {
            return new Remedy(List.of(statements), "");
        }

        static Remedy act(String note) {
            return new Remedy(List.of(), note);
        }

        /** Statements end with a semicolon each, the note stands behind them. */
        @Override
        public String toString() {
            String run = statements.stream().map(one -> one + ";").collect(Collectors.joining(" "));
            if (note.isEmpty()) {
                return run;
            }
            return run.isEmpty() ? note : run + " -- " + note;
        }
    }
}
