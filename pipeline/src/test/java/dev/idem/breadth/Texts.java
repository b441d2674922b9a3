package dev.idem.breadth;

import java.util.Random;
import java.util.UUID;

/** Random texts that values are made of. */
final class Texts {

    private static final String[] ODD = {
        "",
        " ",
        "null",
        "NULL",
        "__debezium_unavailable_value",
        "it's \"quoted\"",
        "back\\slash \\N \\.",
        "{curly},[square]",
        "line\nbreak\ttab\rreturn",
        "Größe 数据 \uD83D\uDE00",
        "\u0001\u007f\u200b",
        "trailing   ",
        "%s ? :name $1"
    };

    private Texts() {}

    static String any(Random random) {
        return switch (random.nextInt(12)) {
            case 0 -> hex(random, 2_500 + random.nextInt(6_000));
            case 1, 2, 3 -> ODD[random.nextInt(ODD.length)];
            default -> word(random);
        };
    }

    static String word(Random random) {
        return "w" + random.nextInt(500);
    }

    static String hex(Random random, int length) {
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(Character.forDigit(random.nextInt(16), 16));
        }
        return text.toString();
    }

    static String number(Random random, int below) {
        return String.valueOf(random.nextInt(below));
    }

    static String bits(Random random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(random.nextInt(2));
        }
        return text.toString();
    }

    static String date(Random random) {
        return String.format(
                "%04d-%02d-%02d", 1900 + random.nextInt(200), 1 + random.nextInt(12), 1 + random.nextInt(28));
    }

    static String time(Random random) {
        return String.format(
                "%02d:%02d:%02d.%06d",
                random.nextInt(24), random.nextInt(60), random.nextInt(60), random.nextInt(1_000_000));
    }

    static String uuid(Random random) {
        return new UUID(random.nextInt(40), random.nextInt(3)).toString();
    }

    static String decimal(Random random) {
        return random.nextInt(100_000) - 50_000 + "." + random.nextInt(1000);
    }

    static String point(Random random) {
        return "(" + decimal(random) + "," + decimal(random) + ")";
    }

    static String json(Random random) {
        return switch (random.nextInt(7)) {
            case 0 -> "null";
            case 1 -> "\"__debezium_unavailable_value\"";
            case 2 -> "{\"b\" :1, \"a\":  [1.00, 1e5, true, null], \"b\":2}";
            case 3 -> "[\"" + hex(random, 2_500 + random.nextInt(3_000)) + "\"]";
            case 4 -> "{\"q\":\"it's \\\"so\\\" \\\\ \\n \\u00e9\"}";
            default -> "{\"n\":" + random.nextInt() + "}";
        };
    }

    /** Two numbers, the smaller first. */
    static String range(Random random) {
        int low = random.nextInt(1000);
        return "[" + low + "," + (low + 1 + random.nextInt(100)) + ")";
    }
}
