package dev.idem.change;

import java.util.HexFormat;

/**
 * A position in the write-ahead log of one history of one PostgreSQL cluster.
 *
 * <p><i>Units:</i> bytes since the start of the WAL, unsigned 64 bits. Two positions compare only within one epoch: see
 * {@link Version}.
 *
 * <p><i>Threads:</i> immutable.
 *
 * <p><i>Source:</i> PostgreSQL, "pg_lsn Type"; text form {@code XXXXXXXX/XXXXXXXX} in hexadecimal.
 *
 * @param value the 64 bits, to be read as unsigned
 */
public record Lsn(long value) implements Comparable<Lsn> {

    /** The position that no record has ({@code 0/0}, PostgreSQL's InvalidXLogRecPtr): below every real one. */
    public static final Lsn ZERO = new Lsn(0);

    private static final int WORD_DIGITS = 8;
    private static final int BITS_OF_DIGIT = 4;
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    /**
     * Reads PostgreSQL's text form.
     *
     * @throws IllegalArgumentException where {@code text} is not two hexadecimal words of 1 to 8 digits
     */
    public static Lsn parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 1
                || slash > WORD_DIGITS
                || text.length() - slash - 1 < 1
                || text.length() - slash - 1 > WORD_DIGITS) {
            throw malformed(text);
        }
        return new Lsn(word(text, 0, slash) << Integer.SIZE | word(text, slash + 1, text.length()));
    }

    private static long word(String text, int from, int to) {
        long word = 0;
        for (int i = from; i < to; i++) {
            int digit = Character.digit(text.charAt(i), 16);
            if (digit < 0) {
                throw malformed(text);
            }
            word = word << 4 | digit;
        }
        return word;
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException("LSN: '" + text + "' (expected: two hexadecimal words such as 0/16B3748)");
    }

    /** The bytes from {@code earlier} to this position; negative where {@code earlier} lies behind it. */
    public long bytesSince(Lsn earlier) {
        return value - earlier.value;
    }

    @Override
    public int compareTo(Lsn other) {
        return Long.compareUnsigned(value, other.value);
    }

    /** PostgreSQL's text form, as {@code pg_lsn} prints it. */
    @Override
    public String toString() {
        return word(value >>> Integer.SIZE) + '/' + word(value & 0xFFFFFFFFL);
    }

    private static String word(long word) {
        int bits = Long.SIZE - Long.numberOfLeadingZeros(word | 1);
        return HEX.toHexDigits(word, (bits + BITS_OF_DIGIT - 1) / BITS_OF_DIGIT);
    }
}
