package dev.idem.capture;

import java.util.ArrayList;
import java.util.List;

/**
 * Takes PostgreSQL's text of an array apart, whatever its dimensions.
 *
 * <p><i>Source:</i> PostgreSQL, "Arrays", "Array Input and Output Syntax".
 */
final class ArrayText {

    private ArrayText() {}

    /** The texts of the elements that are not NULL, in their order. */
    static List<String> elements(String array) {
        List<String> elements = new ArrayList<>();
        StringBuilder element = new StringBuilder();
        boolean quoted = false;
        boolean wasQuoted = false;
        for (int i = Math.max(0, array.indexOf('{')); i < array.length(); i++) {
            char c = array.charAt(i);
            if (quoted && c == '\\' && i + 1 < array.length()) {
                element.append(array.charAt(++i));
            } else if (c == '"') {
                quoted = !quoted;
                wasQuoted = true;
            } else if (!quoted && (c == '{' || c == '}' || c == ',')) {
                String text = element.toString();
                if (wasQuoted || (!text.isEmpty() && !text.equals("NULL"))) {
                    elements.add(text);
                }
                element.setLength(0);
                wasQuoted = false;
            } else {
                element.append(c);
            }
        }
        return elements;
    }
}
