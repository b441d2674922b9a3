package dev.idem.crash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;

/**
 * What an agent is to do: strike at a point, or nothing but count.
 *
 * @param id of the trial
 * @param blow what happens
 * @param passing at which passing of the point since the order was given, from 1; 0 for never
 * @param hangMs how long a hang lasts
 * @param point where
 */
record Order(long id, Blow blow, int passing, long hangMs, String point) {

    /** The file in which the agent looks for its order. */
    static final String FILE = "order";

    /** The file in which it tells how often each point was passed since then. */
    static final String COUNTS = "counts";

    static Order count(long id) {
        return new Order(id, Blow.FAIL, 0, 0, "none");
    }

    /** Puts it where the agent sees it within some milliseconds, whole or not at all. */
    void give(Path directory) throws IOException {
        put(directory, FILE, id + "\n" + blow + "\n" + passing + "\n" + hangMs + "\n" + point + "\n");
    }

    /** Replaces a file so that nobody sees it in half. */
    static void put(Path directory, String file, String text) throws IOException {
        Path draft = directory.resolve(file + ".draft");
        Files.writeString(draft, text);
        Files.move(draft, directory.resolve(file), StandardCopyOption.ATOMIC_MOVE);
    }

    /** True where a failure needs a person, as a full disk of our own does: the process ends with the reason. */
    boolean mayStop() {
        return point.contains(" Files.");
    }

    static Order read(Path directory) throws IOException {
        String[] lines = Files.readString(directory.resolve(FILE)).split("\n");
        if (lines.length != 5) {
            throw new IOException("no order: " + Arrays.toString(lines));
        }
        return new Order(
                Long.parseLong(lines[0]),
                Blow.valueOf(lines[1]),
                Integer.parseInt(lines[2]),
                Long.parseLong(lines[3]),
                lines[4]);
    }

    /** The file that tells that this blow fell. */
    static Path struck(Path directory, long id) {
        return directory.resolve("struck-" + id);
    }
}
