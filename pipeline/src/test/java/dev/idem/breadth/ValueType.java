package dev.idem.breadth;

import java.util.Random;
import java.util.function.Function;

/**
 * A column's type and what values of it look like.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param sql as it stands in a definition
 * @param keyable whether it may be part of a key
 * @param values their input texts
 */
record ValueType(String sql, boolean keyable, Function<Random, String> values) {

    static ValueType plain(String sql, Function<Random, String> values) {
        return new ValueType(sql, false, values);
    }

    static ValueType key(String sql, Function<Random, String> values) {
        return new ValueType(sql, true, values);
    }

    /** One of these. */
    static Function<Random, String> oneOf(String... texts) {
        return random -> texts[random.nextInt(texts.length)];
    }

    /** Mostly of the first, now and then one of the extremes. */
    static Function<Random, String> mostly(Function<Random, String> usual, String... extremes) {
        return random -> random.nextInt(6) == 0 ? extremes[random.nextInt(extremes.length)] : usual.apply(random);
    }

    /** An array type of this. */
    ValueType array(int dimensions) {
        return plain(sql + "[]", random -> arrayText(random, dimensions, random.nextInt(4)));
    }

    private String arrayText(Random random, int dimensions, int length) {
        if (length == 0) {
            return "{}";
        }
        StringBuilder text = new StringBuilder();
        if (dimensions == 1 && random.nextInt(8) == 0) {
            text.append("[-2:").append(length - 3).append("]=");
        }
        return text.append(elements(random, dimensions, length)).toString();
    }

    private String elements(Random random, int dimensions, int length) {
        StringBuilder text = new StringBuilder("{");
        for (int i = 0; i < length; i++) {
            text.append(i == 0 ? "" : sql.equals("box") ? ";" : ",");
            if (dimensions > 1) {
                text.append(elements(random, dimensions - 1, length));
            } else if (random.nextInt(8) == 0) {
                text.append("NULL");
            } else {
                text.append('"')
                        .append(values.apply(random).replace("\\", "\\\\").replace("\"", "\\\""))
                        .append('"');
            }
        }
        return text.append('}').toString();
    }
}
