package dev.idem.demo;

/** Colours of the terminal, by what they mean; none where they are not wanted. */
enum Ink {
    TITLE("1"),
    QUIET("2"),
    FLOW("36"),
    GOOD("32"),
    BAD("1;31"),
    NOW("1;33");

    private static final String ESCAPE = "\u001b[";

    private final String code;

    Ink(String code) {
        this.code = code;
    }

    /** The text in this colour. */
    String on(String text) {
        return ESCAPE + code + "m" + text + ESCAPE + "0m";
    }

    /** The text without colours. */
    static String without(String text) {
        return text.replaceAll("\u001b\\[[0-9;]*m", "");
    }
}
