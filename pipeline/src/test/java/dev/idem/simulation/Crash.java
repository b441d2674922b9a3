package dev.idem.simulation;

/** The process that made a call is killed there. No code of the product catches it. */
final class Crash extends Error {

    private static final long serialVersionUID = 1L;

    Crash(String where) {
        super(where, null, false, false);
    }
}
