package dev.idem.demo;

/** Where pictures are shown. */
sealed interface Display extends AutoCloseable permits LiveDisplay, PlainDisplay, NoDisplay {

    /** Shows what there is now; called several times a second. */
    void show(Picture picture);

    /** Leaves the terminal as it was, with the last picture on it. */
    @Override
    void close();
}
