package dev.idem.change;

/** What happened to a row, with the letter that Debezium's envelope gives it in {@code op}. */
public enum Operation {
    /** A row read by a snapshot. */
    READ('r'),
    /** A row inserted. */
    CREATE('c'),
    /** A row updated. */
    UPDATE('u'),
    /** A row deleted. */
    DELETE('d'),
    /** The whole table emptied. */
    TRUNCATE('t');

    private final char letter;

    Operation(char letter) {
        this.letter = letter;
    }

    /** The letter in the envelope. */
    public char letter() {
        return letter;
    }

    /**
     * Reads the letter of an envelope.
     *
     * @throws MalformedEventException for any other text
     */
    public static Operation ofLetter(String text) {
        for (Operation operation : values()) {
            if (text.length() == 1 && text.charAt(0) == operation.letter) {
                return operation;
            }
        }
        throw new MalformedEventException("op: unknown operation (expected: r, c, u, d or t)");
    }
}
