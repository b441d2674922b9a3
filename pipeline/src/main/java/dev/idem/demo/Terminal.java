package dev.idem.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Standard output, with what it can show: colours or not, all characters or ASCII alone.
 *
 * <p><i>Threads:</i> one thread.
 */
final class Terminal {

    private static final Duration SIZE_HOLDS = Duration.ofSeconds(2);
    private static final Size USUAL = new Size(40, 100);
    private static final Map<String, String> IN_ASCII =
            Map.of("─", "-", "►", ">", "→", "->", "█", "#", "░", ".", "✓", "+", "▶", ">", "·", "-");

    private final PrintStream out;
    private final boolean colours;
    private final boolean unicode;
    private Size size = USUAL;
    private long sizeReadNanos;

    /** Units: characters. */
    record Size(int rows, int columns) {}

    private Terminal(PrintStream out, boolean colours, boolean unicode) {
        this.out = out;
        this.colours = colours;
        this.unicode = unicode;
    }

    /** As the environment says: NO_COLOR, TERM, the locale. */
    static Terminal of(PrintStream out, Map<String, String> environment) {
        String locale = environment.getOrDefault(
                "LC_ALL", environment.getOrDefault("LC_CTYPE", environment.getOrDefault("LANG", "")));
        boolean unicode = locale.toUpperCase(Locale.ROOT).replace("-", "").contains("UTF8");
        PrintStream encoded = new PrintStream(out, false, StandardCharsets.UTF_8);
        boolean colours = environment.getOrDefault("NO_COLOR", "").isEmpty() && isAbleTerminal(environment);
        return new Terminal(encoded, colours, unicode);
    }

    /** Whether a screen can be drawn again in place: a person sits before a terminal that knows how. */
    static boolean isAbleTerminal(Map<String, String> environment) {
        String kind = environment.getOrDefault("TERM", "dumb");
        return !kind.equals("dumb") && isTerminal();
    }

    /** Since Java 22 there may be a console without a terminal, and it says so itself. */
    @SuppressWarnings("SystemConsoleNull")
    private static boolean isTerminal() {
        if (System.console() == null) {
            return false;
        }
        try {
            return (Boolean) java.io.Console.class.getMethod("isTerminal").invoke(System.console());
        } catch (NoSuchMethodException olderJava) {
            return true;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("java.io.Console.isTerminal", e);
        }
    }

    /** Prints a line. */
    void line(String text) {
        raw(text + System.lineSeparator());
    }

    /** Prints as it is, with characters and colours that cannot be shown replaced. */
    void raw(String text) {
        String shown = colours ? text : Ink.without(text);
        if (!unicode) {
            for (Map.Entry<String, String> each : IN_ASCII.entrySet()) {
                shown = shown.replace(each.getKey(), each.getValue());
            }
        }
        out.print(shown);
        out.flush();
    }

    /** How large it is; asked for again now and then, because windows are pulled. */
    Size size() {
        if (System.nanoTime() - sizeReadNanos > SIZE_HOLDS.toNanos() || sizeReadNanos == 0) {
            sizeReadNanos = System.nanoTime();
            size = readSize();
        }
        return size;
    }

    private static Size readSize() {
        try {
            Process stty = new ProcessBuilder("sh", "-c", "stty size < /dev/tty")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String answer = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
            if (!stty.waitFor(2, TimeUnit.SECONDS) || !answer.matches("[1-9]\\d* [1-9]\\d*")) {
                return USUAL;
            }
            int space = answer.indexOf(' ');
            return new Size(
                    Integer.parseInt(answer.substring(0, space)), Integer.parseInt(answer.substring(space + 1)));
        } catch (IOException noSuchProgram) {
            return USUAL;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return USUAL;
        }
    }

    /** The line without what stands beyond the last column; colours take no room. */
    static String cut(String line, int columns) {
        if (Ink.without(line).length() <= columns) {
            return line;
        }
        return Ink.without(line).substring(0, columns);
    }
}
