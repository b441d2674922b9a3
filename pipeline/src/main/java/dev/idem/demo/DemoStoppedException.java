package dev.idem.demo;

/** The user ended the demo before its end. */
final class DemoStoppedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    DemoStoppedException() {
        super("stopped by the user");
    }
}
