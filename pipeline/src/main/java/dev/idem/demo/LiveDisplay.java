package dev.idem.demo;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One screen that is drawn again in place, beside the user's own; that one comes back at the end, with the last picture
 * below what stood there.
 *
 * <p><i>Threads:</i> one thread.
 */
final class LiveDisplay implements Display {

    private static final String OTHER_SCREEN = "\u001b[?1049h";
    private static final String OWN_SCREEN = "\u001b[?1049l";
    private static final String HIDE_CURSOR = "\u001b[?25l";
    private static final String SHOW_CURSOR = "\u001b[?25h";
    private static final String HOME = "\u001b[H";
    private static final String CLEAR_LINE_REST = "\u001b[K";
    private static final String CLEAR_BELOW = "\u001b[J";

    private final Terminal terminal;
    private @Nullable Picture last;
    private boolean closed;

    LiveDisplay(Terminal terminal) {
        this.terminal = terminal;
        terminal.raw(OTHER_SCREEN + HIDE_CURSOR + HOME + CLEAR_BELOW);
    }

    @Override
    public void show(Picture picture) {
        last = picture;
        Terminal.Size size = terminal.size();
        List<String> lines = PictureText.lines(picture, size.rows() - 1);
        StringBuilder screen = new StringBuilder(HOME);
        lines.stream()
                .limit(Math.max(1, size.rows() - 1))
                .forEach(line -> screen.append(Terminal.cut(line, size.columns()))
                        .append(CLEAR_LINE_REST)
                        .append("\r\n"));
        terminal.raw(screen.append(CLEAR_BELOW).toString());
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        terminal.raw(SHOW_CURSOR + OWN_SCREEN);
        if (last != null) {
            PictureText.lines(last, Integer.MAX_VALUE).forEach(terminal::line);
        }
    }
}
