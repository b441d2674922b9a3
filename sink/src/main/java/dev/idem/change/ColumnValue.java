package dev.idem.change;

import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The value of one column in one change.
 *
 * <p>A closed family: a value in PostgreSQL's own text, SQL's NULL, or <i>unavailable</i>: the change did not carry the
 * column, because a large value stored out of line was left unchanged, or because the source does not send it.
 * Unavailable is never NULL and never a placeholder text.
 *
 * <p><i>Threads:</i> immutable.
 *
 * <p><i>Source:</i> PostgreSQL, "Logical Replication Message Formats", TupleData: 't', 'n' and 'u'.
 */
@SuppressWarnings("ClassInitializationDeadlock") // Null and Unavailable are made here and nowhere else
public sealed interface ColumnValue {

    /** SQL's NULL. */
    ColumnValue NULL = new Null();

    /** Not carried by the change. */
    ColumnValue UNAVAILABLE = new Unavailable();

    /** A value in PostgreSQL's text form. */
    static ColumnValue of(String text) {
        return new Text(text);
    }

    /** Answers by the case, all of them named. */
    default <T> T match(Function<String, T> text, Supplier<T> whenNull, Supplier<T> whenUnavailable) {
        if (this instanceof Text value) {
            return text.apply(value.value());
        }
        return this instanceof Null ? whenNull.get() : whenUnavailable.get();
    }

    /** True unless the value is {@link Unavailable}. */
    default boolean isCarried() {
        return !(this instanceof Unavailable);
    }

    /**
     * A value.
     *
     * @param value what PostgreSQL's output function of the type prints
     */
    record Text(String value) implements ColumnValue {
        /** Names no content: rows do not belong into logs. */
        @Override
        public String toString() {
            return "Text[" + value.length() + " characters]";
        }
    }

    /** SQL's NULL; use {@link ColumnValue#NULL}. */
    record Null() implements ColumnValue {}

    /** Not carried; use {@link ColumnValue#UNAVAILABLE}. */
    record Unavailable() implements ColumnValue {}
}
