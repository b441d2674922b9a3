package dev.idem.change;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Takes PostgreSQL's texts of arrays, records, ranges and multiranges apart and puts them together again.
 *
 * <p>What is put together has quotes around every part: that is more than the output functions write, and the input
 * functions read the same from it.
 *
 * <p><i>Threads:</i> stateless.
 *
 * <p><i>Source:</i> PostgreSQL, "Array Input and Output Syntax", "Composite Type Input and Output Syntax", "Range
 * Types, Input/Output"; {@code array_out}, {@code record_out}, {@code range_out}, {@code multirange_out}.
 */
public final class LiteralText {

    private static final String EMPTY_RANGE = "empty";

    private LiteralText() {}

    /** The array with each element that is not NULL replaced; dimensions and bounds stay. */
    public static String mapElements(String array, UnaryOperator<String> element) {
        int start = Math.max(0, array.indexOf('{'));
        StringBuilder mapped = new StringBuilder(array.length() + 16).append(array, 0, start);
        Scanner in = new Scanner(array, start);
        while (in.hasNext()) {
            char c = in.peek();
            if (c == '{' || c == '}' || c == ',') {
                mapped.append(in.take());
                continue;
            }
            boolean quoted = c == '"';
            String text = in.part("{},");
            if (quoted || !text.equals("NULL")) {
                quote(element.apply(text), mapped, true);
            } else {
                mapped.append(text);
            }
        }
        return mapped.toString();
    }

    /** The fields of a record; null for NULL. */
    public static List<@Nullable String> fields(String record) {
        List<@Nullable String> fields = new ArrayList<>();
        if (record.equals("()")) {
            // A record without fields and one with a single NULL are written alike.
            fields.add(null);
            return fields;
        }
        Scanner in = new Scanner(record, 1);
        while (in.hasNext()) {
            char c = in.peek();
            boolean isNull = c == ',' || c == ')';
            String text = in.part(",)");
            fields.add(isNull ? null : text);
            in.take();
        }
        return fields;
    }

    /** The record of these fields. */
    public static String record(List<@Nullable String> fields) {
        StringBuilder record = new StringBuilder("(");
        for (int i = 0; i < fields.size(); i++) {
            record.append(i == 0 ? "" : ",");
            String field = fields.get(i);
            if (field != null) {
                quote(field, record, false);
            }
        }
        return record.append(')').toString();
    }

    /** The range with its bounds replaced. */
    public static String mapBounds(String range, UnaryOperator<String> bound) {
        if (range.equals(EMPTY_RANGE)) {
            return range;
        }
        Scanner in = new Scanner(range, 0);
        return mapRange(in, bound);
    }

    private static String mapRange(Scanner in, UnaryOperator<String> bound) {
        StringBuilder mapped = new StringBuilder().append(in.take());
        mapBound(in, ",", mapped, bound);
        mapped.append(in.take());
        mapBound(in, ")]", mapped, bound);
        return mapped.append(in.take()).toString();
    }

    private static void mapBound(Scanner in, String ends, StringBuilder mapped, UnaryOperator<String> bound) {
        boolean infinite = ends.indexOf(in.peek()) >= 0;
        String text = in.part(ends);
        if (!infinite) {
            quote(bound.apply(text), mapped, false);
        }
    }

    /** The multirange with the bounds of its ranges replaced. */
    public static String mapRanges(String multirange, UnaryOperator<String> bound) {
        StringBuilder mapped = new StringBuilder();
        Scanner in = new Scanner(multirange, 0);
        while (in.hasNext()) {
            char c = in.peek();
            if (c == '[' || c == '(') {
                mapped.append(mapRange(in, bound));
            } else {
                mapped.append(in.take());
            }
        }
        return mapped.toString();
    }

    private static void quote(String text, StringBuilder to, boolean byBackslash) {
        to.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                to.append(byBackslash ? '\\' : c);
            }
            to.append(c);
        }
        to.append('"');
    }

    /** Reads a text from left to right. */
    private static final class Scanner {

        private final String text;
        private int place;

        Scanner(String text, int start) {
            this.text = text;
            this.place = start;
        }

        boolean hasNext() {
            return place < text.length();
        }

        char peek() {
            return hasNext() ? text.charAt(place) : '\0';
        }

        String take() {
            return hasNext() ? String.valueOf(text.charAt(place++)) : "";
        }

        /** A part without its quotes, up to one of {@code ends} or the end of the text. */
        String part(String ends) {
            StringBuilder part = new StringBuilder();
            boolean quoted = false;
            while (hasNext()) {
                char c = text.charAt(place);
                if (!quoted && ends.indexOf(c) >= 0) {
                    break;
                }
                place++;
                if (c == '\\' && hasNext()) {
                    part.append(text.charAt(place++));
                } else if (c == '"' && quoted && peek() == '"') {
                    part.append('"');
                    place++;
                } else if (c == '"') {
                    quoted = !quoted;
                } else {
                    part.append(c);
                }
            }
            return part.toString();
        }
    }
}
