package dev.idem.control;

import dev.idem.change.TableId;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * What one comparison of one table found: a row of {@code idem.verification}. It holds no values of rows.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param table its name at the source
 * @param origin who wanted it
 * @param result what came of it
 * @param share of the table's chunks that were compared; 1 for all
 * @param rows of the source, that were compared
 * @param chunks pieces of the table that were compared by one digest each
 * @param found the rows that were not the same
 * @param differingColumns the columns with other values
 * @param repaired rows that differed and were the same in the end
 * @param detail why the rows were not compared, or what is missing beside rows; empty otherwise
 */
public record VerificationRecord(
        TableId table,
        Origin origin,
        Instant startedAt,
        Instant finishedAt,
        Result result,
        double share,
        long rows,
        long chunks,
        Found found,
        List<String> differingColumns,
        long repaired,
        String detail) {

    /** Copies the list. */
    public VerificationRecord {
        differingColumns = List.copyOf(differingColumns);
    }

    /** Who wanted a comparison. */
    public enum Origin {
        /** {@code ./idem verify}. */
        COMMAND,
        /** The HTTP interface. */
        REQUEST,
        /** {@code verify.interval}. */
        CONTINUOUS;

        /** As the table has it. */
        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What came of a comparison. */
    public enum Result {
        /** Nothing differed. */
        EQUAL,
        /** Rows differ, or columns are missing. */
        DIFFERENT,
        /** Rows differed and are the same now. */
        REPAIRED,
        /** Rows differ, and the pipeline did not come up in time: they may have been on their way. */
        BEHIND,
        /** The rows were not compared. */
        NOT_COMPARED;

        /** As the table has it, and as people read it. */
        public String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }

        static Result of(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT).replace(' ', '_'));
        }
    }

    /**
     * Rows that were not the same.
     *
     * @param missing only the source had them
     * @param extra only the warehouse had them
     * @param differing with other values
     * @param incomplete the warehouse said itself that it lacks values
     * @param moving written all the time, and the warehouse followed: no difference
     */
    public record Found(long missing, long extra, long differing, long incomplete, long moving) {

        /** Rows that differed in any way. */
        public long differences() {
            return missing + extra + differing + incomplete;
        }
    }
}
