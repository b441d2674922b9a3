package dev.idem.replay;

import dev.idem.change.Lsn;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.function.Function;

/**
 * A place in the log as a person names it.
 *
 * <p><i>Threads:</i> immutable.
 */
public sealed interface LogPosition {

    /** What {@link #parse} takes, for people. */
    String EXPECTED = "lsn:0/16B3748, time:2026-11-25T10:00:00Z, time:10:00 (today, here), cut:42 or beginning";

    /**
     * The first cut at or behind an LSN.
     *
     * @param lsn the LSN, in the youngest epoch of the log
     */
    record AtLsn(Lsn lsn) implements LogPosition {
        @Override
        public String toString() {
            return "lsn:" + lsn;
        }
    }

    /**
     * The first cut that reaches a commit time.
     *
     * @param time by the source's clock
     */
    record AtTime(Instant time) implements LogPosition {
        @Override
        public String toString() {
            return "time:" + time;
        }
    }

    /**
     * A cut.
     *
     * @param number its number
     */
    record AtCut(long number) implements LogPosition {
        @Override
        public String toString() {
            return "cut:" + number;
        }
    }

    /** As far back as the log reaches. */
    record Beginning() implements LogPosition {
        @Override
        public String toString() {
            return "beginning";
        }
    }

    /** Handles each kind of position. */
    default <T> T match(
            Function<AtLsn, T> lsn,
            Function<AtTime, T> time,
            Function<AtCut, T> cut,
            Function<Beginning, T> beginning) {
        if (this instanceof AtLsn at) {
            return lsn.apply(at);
        }
        if (this instanceof AtTime at) {
            return time.apply(at);
        }
        if (this instanceof AtCut at) {
            return cut.apply(at);
        }
        return beginning.apply((Beginning) this);
    }

    /**
     * Reads a position.
     *
     * @throws IllegalArgumentException where the text is none
     */
    static LogPosition parse(String text, Clock clock) {
        int colon = text.indexOf(':');
        String kind = (colon < 0 ? text : text.substring(0, colon)).toLowerCase(Locale.ROOT);
        String value = colon < 0 ? "" : text.substring(colon + 1);
        try {
            return switch (kind) {
                case "lsn" -> new AtLsn(Lsn.parse(value));
                case "time" -> new AtTime(time(value, clock));
                case "cut" -> new AtCut(cut(value));
                case "beginning" -> new Beginning();
                default -> throw new IllegalArgumentException("unknown kind");
            };
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new IllegalArgumentException("'" + text + "' (expected: " + EXPECTED + ")", e);
        }
    }

    private static long cut(String value) {
        long number = Long.parseLong(value);
        if (number < 1) {
            throw new IllegalArgumentException("cuts are numbered from 1");
        }
        return number;
    }

    /**
     * Reads a time: with an offset as it is, without one in the clock's zone, without a date as today's.
     *
     * @throws DateTimeException where the text is none
     */
    static Instant time(String value, Clock clock) {
        String text = value.strip().replace(' ', 'T');
        if (text.matches(".*T.*(Z|[+-]\\d{2}(:?\\d{2})?)")) {
            return OffsetDateTime.parse(
                            text.replaceFirst("([+-]\\d{2})(\\d{2})?$", "$1:$2").replaceFirst(":$", ":00"))
                    .toInstant();
        }
        LocalDateTime local = text.contains("T")
                ? LocalDateTime.parse(text)
                : LocalDate.now(clock).atTime(LocalTime.parse(text));
        return local.atZone(clock.getZone()).toInstant();
    }
}
