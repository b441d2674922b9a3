package dev.idem.sql;

import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which types hold every value of another one with the same text. Types are named as {@code format_type} prints them.
 *
 * <p><i>Threads:</i> stateless.
 *
 * <p><i>Source:</i> PostgreSQL, ALTER TABLE, "Notes"; {@code ATColumnChangeRequiresRewrite}.
 */
public final class WiderType {

    private static final Pattern MODIFIED = Pattern.compile("(character varying|numeric|bit varying|text|interval|"
            + "timestamp|time)(?:\\((\\d+)(?:,(-?\\d+))?\\))?( with(?:out)? time zone)?");
    private static final List<String> INTEGERS = List.of("smallint", "integer", "bigint");
    private static final List<Integer> DIGITS = List.of(5, 10, 19);

    private WiderType() {}

    /** True where every value of the old type is one of the new type without being written anew. */
    public static boolean holdsAsItIs(String old, String young) {
        Matcher before = MODIFIED.matcher(old);
        Matcher after = MODIFIED.matcher(young);
        if (!before.matches() || !after.matches()) {
            return false;
        }
        boolean texts = isText(before.group(1)) && isText(after.group(1));
        boolean sameBase = before.group(1).equals(after.group(1)) && Objects.equals(before.group(4), after.group(4));
        if (!texts && !sameBase) {
            return false;
        }
        if (after.group(2) == null) {
            return true;
        }
        boolean bounded =
                before.group(2) != null && Integer.parseInt(before.group(2)) <= Integer.parseInt(after.group(2));
        return bounded && Objects.equals(before.group(3), after.group(3));
    }

    /** True where values of the narrow type keep their text and their equality in the wide one. */
    public static boolean holds(String narrow, String wide) {
        return narrow.equals(wide) || holdsAsItIs(narrow, wide) || holdsInteger(narrow, wide);
    }

    private static boolean holdsInteger(String narrow, String wide) {
        int digits = INTEGERS.indexOf(narrow);
        if (digits < 0) {
            return false;
        }
        Matcher number = MODIFIED.matcher(wide);
        boolean numeric = number.matches() && number.group(1).equals("numeric");
        boolean whole =
                number.matches() && (number.group(3) == null || number.group(3).equals("0"));
        return INTEGERS.indexOf(wide) > digits
                || numeric
                        && whole
                        && (number.group(2) == null || Integer.parseInt(number.group(2)) >= DIGITS.get(digits));
    }

    private static boolean isText(String base) {
        return base.equals("text") || base.equals("character varying");
    }
}
