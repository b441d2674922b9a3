package dev.idem.change;

import java.util.Locale;

/**
 * The names of a pipeline's topics.
 *
 * <p>A table's topic is {@code <pipeline>.<schema>.<table>}. A character that a topic's name cannot hold, and a dot
 * within a name, is written {@code _uXXXX} (four hexadecimal digits a UTF-16 unit); an underscore that would read as
 * the start of such an escape is itself escaped, so two tables never share a topic.
 *
 * <p><i>Source:</i> Kafka, {@code org.apache.kafka.common.internals.Topic}: letters, digits, {@code . _ -}, at most 249
 * characters.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param pipeline the pipeline's name
 */
public record Topics(String pipeline) {

    private static final int LONGEST = 249;
    private static final int HASH_DIGITS = 16;

    /** The topic of a table's changes. */
    public String of(TableId table) {
        String name = pipeline + '.' + escape(table.schema()) + '.' + escape(table.name());
        return name.length() <= LONGEST ? name : name.substring(0, LONGEST - HASH_DIGITS - 1) + '-' + hash(table);
    }

    /** The topic of the cuts, one partition. */
    public String progress() {
        return pipeline + ".progress";
    }

    /** The compacted topic of the tables' definitions. */
    public String schema() {
        return pipeline + ".schema";
    }

    /** The topic of events that could not be applied. */
    public String deadLetter() {
        return pipeline + ".dead-letter";
    }

    private static String escape(String name) {
        StringBuilder escaped = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean plain = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-';
            boolean plainUnderscore = c == '_' && (i + 1 == name.length() || name.charAt(i + 1) != 'u');
            if (plain || plainUnderscore) {
                escaped.append(c);
            } else {
                escaped.append(String.format(Locale.ROOT, "_u%04x", (int) c));
            }
        }
        return escaped.toString();
    }

    /** FNV-1a of both names, 64 bits: the same on every machine and in every version. */
    private static String hash(TableId table) {
        long hash = 0xcbf29ce484222325L;
        String both = table.schema() + '\0' + table.name();
        for (int i = 0; i < both.length(); i++) {
            hash = (hash ^ both.charAt(i)) * 0x100000001b3L;
        }
        return String.format(Locale.ROOT, "%016x", hash);
    }
}
