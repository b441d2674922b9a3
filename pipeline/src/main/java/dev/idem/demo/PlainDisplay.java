package dev.idem.demo;

import java.time.Duration;

/**
 * Lines that stay: each scene when it happens, and from time to time how things stand. For files, pipes and terminals
 * that cannot do more.
 *
 * <p><i>Threads:</i> one thread.
 */
final class PlainDisplay implements Display {

    private final Terminal terminal;
    private final Duration interval;
    private int shownScenes;
    private Duration nextLine = Duration.ZERO;

    /**
     * Shows the state once in each interval.
     *
     * @param shownScenes how much of the story is known already
     */
    PlainDisplay(Terminal terminal, Duration interval, int shownScenes) {
        this.terminal = terminal;
        this.interval = interval;
        this.shownScenes = shownScenes;
    }

    @Override
    public void show(Picture picture) {
        for (; shownScenes < picture.story().size(); shownScenes++) {
            Picture.Scene scene = picture.story().get(shownScenes);
            terminal.line("%6s  ".formatted(PictureText.time(scene.at().toSeconds())) + scene.text());
        }
        boolean hasMuchToSay = picture.act() != Act.START && picture.act() != Act.COMPARE;
        if (hasMuchToSay && picture.elapsed().compareTo(nextLine) >= 0) {
            nextLine = picture.elapsed().plus(interval);
            terminal.line(PictureText.line(picture));
        }
    }

    @Override
    public void close() {
        // what was printed stays
    }
}
