package dev.idem.crash;

/** What happens at a point. */
enum Blow {
    /** The process ends before the call, as by SIGKILL. */
    KILL,
    /** The call fails before anything was sent. */
    FAIL,
    /** The call hangs, 30 s in the long form, and goes on. */
    HANG,
    /** The call is done, and fails: its answer is lost. */
    DONE_THEN_FAIL,
    /** The process ends behind the call. */
    DONE_THEN_KILL;

    /** Whether it comes behind the call. */
    boolean isBehind() {
        return this == DONE_THEN_FAIL || this == DONE_THEN_KILL;
    }

    /** Whether it ends the process. */
    boolean kills() {
        return this == KILL || this == DONE_THEN_KILL;
    }
}
