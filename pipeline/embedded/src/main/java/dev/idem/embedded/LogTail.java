package dev.idem.embedded;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The end of a server's log, which says why it failed. */
final class LogTail {
    private static final int BYTES = 2000;

    private LogTail() {}

    static String of(Path file) {
        try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
            byte[] end = new byte[(int) Math.min(BYTES, log.length())];
            log.seek(log.length() - end.length);
            log.readFully(end);
            return new String(end, StandardCharsets.UTF_8).strip() + " (see " + file + ")";
        } catch (IOException e) {
            return "no log at " + file;
        }
    }
}
