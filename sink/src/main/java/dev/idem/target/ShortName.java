package dev.idem.target;

import java.nio.charset.StandardCharsets;

/**
 * Names made of others within the bytes that PostgreSQL allows.
 *
 * <p><i>Threads:</i> stateless.
 */
final class ShortName {

    private static final int LONGEST_NAME_BYTES = 63;

    private ShortName() {}

    /** The name, cut between two characters where it must be, with the ending. */
    static String of(String name, String ending) {
        String shorter = name;
        while ((shorter + ending).getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME_BYTES) {
            shorter = shorter.substring(0, shorter.offsetByCodePoints(shorter.length(), -1));
        }
        return shorter + ending;
    }
}
