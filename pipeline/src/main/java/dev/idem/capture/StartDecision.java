package dev.idem.capture;

import dev.idem.change.Lsn;
import java.util.function.Function;

/** What a start leads to. A closed family. */
sealed interface StartDecision {

    /** Answers by the case, all of them named. */
    default <T> T match(
            Function<Snapshot, T> snapshot,
            Function<Stream, T> stream,
            Function<Wait, T> wait,
            Function<Refuse, T> refuse) {
        if (this instanceof Snapshot decision) {
            return snapshot.apply(decision);
        }
        if (this instanceof Stream decision) {
            return stream.apply(decision);
        }
        return this instanceof Wait decision ? wait.apply(decision) : refuse.apply((Refuse) this);
    }

    /**
     * Take a snapshot on a new slot.
     *
     * @param epoch of its rows
     * @param dropSlot whether a slot of ours stands in the way
     * @param reason why, for the log
     */
    record Snapshot(int epoch, boolean dropSlot, String reason) implements StartDecision {}

    /**
     * Stream from the slot.
     *
     * @param epoch of the changes
     * @param from the last cut's position: whole transactions up to it are dropped
     */
    record Stream(int epoch, Lsn from) implements StartDecision {}

    /**
     * Try again later.
     *
     * @param reason what is waited for
     */
    record Wait(String reason) implements StartDecision {}

    /**
     * Do not start: going on would lose changes.
     *
     * @param reason what does not fit
     * @param remedy what a person can do
     */
    record Refuse(String reason, String remedy) implements StartDecision {}
}
