package dev.idem.demo;

/** For those who want the verdict alone. */
final class NoDisplay implements Display {

    @Override
    public void show(Picture picture) {
        // nobody looks
    }

    @Override
    public void close() {
        // nothing is open
    }
}
