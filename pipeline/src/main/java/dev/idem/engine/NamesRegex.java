package dev.idem.engine;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Writes one regular expression that matches these names and no others, in their case.
 *
 * <p>The engine tries its expressions one after the other for every change. So beginnings that names share are written
 * once, and a name is matched in about as many steps as it has characters, however many names there are.
 *
 * <p><i>Threads:</i> stateless.
 */
final class NamesRegex {

    /** The engine matches names in any case unless told otherwise. */
    private static final String AS_WRITTEN = "(?-i)";

    private NamesRegex() {}

    /** The expression; it has no comma, which would part it in the engine's list. */
    static String of(Collection<String> names) {
        Node root = new Node();
        for (String name : names) {
            Node node = root;
            for (int character : name.codePoints().toArray()) {
                node = node.next.computeIfAbsent(character, c -> new Node());
            }
            node.ends = true;
        }
        return AS_WRITTEN + root.regex();
    }

    /** What names may go on with. */
    private static final class Node {

        private final Map<Integer, Node> next = new TreeMap<>();
        private boolean ends;

        String regex() {
            if (next.isEmpty()) {
                return "";
            }
            String alternatives = next.entrySet().stream()
                    .map(entry -> escaped(entry.getKey()) + entry.getValue().regex())
                    .collect(Collectors.joining("|"));
            return next.size() == 1 && !ends ? alternatives : "(?:" + alternatives + ')' + (ends ? "?" : "");
        }

        private static String escaped(int character) {
            return Character.isLetterOrDigit(character) || character == '_'
                    ? Character.toString(character)
                    : String.format("\\x{%x}", character);
        }
    }
}
