package dev.idem.simulation;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What goes wrong in the step that runs: at which outward call, and how.
 *
 * <p><i>Threads:</i> one thread.
 */
final class Faults {

    /** How a call goes wrong. */
    enum Kind {
        /** It fails and had no effect. */
        FAIL,
        /** It has its effect and its answer is lost. */
        FAIL_AFTER,
        /** Its process dies before. */
        CRASH,
        /** Its process dies behind it. */
        CRASH_AFTER,
        /** Another process does something before. */
        INTRUDE
    }

    private @Nullable Kind armed;
    private int callsLeft;
    private Runnable intruder = () -> {};
    private String last = "";

    /** The call that comes after {@code calls} others goes wrong, once. */
    void arm(Kind kind, int calls, Runnable intrusion) {
        armed = kind;
        callsLeft = calls;
        intruder = intrusion;
    }

    /** Nothing goes wrong any more. */
    void disarm() {
        armed = null;
    }

    /** What went wrong last, for people. */
    String last() {
        return last;
    }

    /** Forgets that. */
    void forgetLast() {
        last = "";
    }

    /** A call is about to be made. */
    <X extends Exception> void before(String call, Function<String, X> failure) throws X {
        Kind kind = armed;
        if (kind == null || isAfter(kind) || callsLeft-- > 0) {
            return;
        }
        last = kind + " at " + call;
        armed = null;
        switch (kind) {
            case FAIL -> throw failure.apply(call);
            case CRASH -> throw new Crash(call);
            default -> intruder.run();
        }
    }

    /** A call has had its effect. */
    <X extends Exception> void after(String call, Function<String, X> failure) throws X {
        Kind kind = armed;
        if (kind == null || !isAfter(kind) || callsLeft-- > 0) {
            return;
        }
        last = kind + " at " + call;
        armed = null;
        if (kind == Kind.FAIL_AFTER) {
            throw failure.apply(call);
        }
        throw new Crash(call);
    }

    private static boolean isAfter(Kind kind) {
        return kind == Kind.FAIL_AFTER || kind == Kind.CRASH_AFTER;
    }
}
