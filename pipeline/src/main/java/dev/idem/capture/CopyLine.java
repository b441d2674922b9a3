package dev.idem.capture;

import dev.idem.change.ColumnValue;
import java.nio.charset.StandardCharsets;

/**
 * Reads one line of COPY's text format: what the types' output functions print.
 *
 * <p><i>Threads:</i> stateless.
 *
 * <p><i>Source:</i> PostgreSQL, COPY, "Text Format".
 */
final class CopyLine {

    private CopyLine() {}

    /** The values of a line, its newline included, of {@code count} columns. */
    static ColumnValue[] values(byte[] line, int count) {
        int end = line.length > 0 && line[line.length - 1] == '\n' ? line.length - 1 : line.length;
        ColumnValue[] values = new ColumnValue[count];
        int from = 0;
        for (int i = 0; i < count; i++) {
            int to = from;
            boolean escaped = false;
            while (to < end && line[to] != '\t') {
                escaped |= line[to] == '\\';
                to++;
            }
            if (to == end && i != count - 1) {
                throw new IllegalStateException("a line of COPY with " + (i + 1) + " values (expected: " + count + ')');
            }
            values[i] = escaped
                    ? unescaped(line, from, to)
                    : ColumnValue.of(new String(line, from, to - from, StandardCharsets.UTF_8));
            from = to + 1;
        }
        return values;
    }

    private static ColumnValue unescaped(byte[] line, int from, int to) {
        if (to - from == 2 && line[from + 1] == 'N') {
            return ColumnValue.NULL;
        }
        byte[] plain = new byte[to - from];
        int length = 0;
        for (int i = from; i < to; i++) {
            if (line[i] == '\\' && i + 1 < to) {
                i++;
                plain[length++] = meant(line[i]);
            } else {
                plain[length++] = line[i];
            }
        }
        return ColumnValue.of(new String(plain, 0, length, StandardCharsets.UTF_8));
    }

    private static byte meant(byte letter) {
        return switch (letter) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'v' -> 0x0B;
            default -> letter;
        };
    }
}
