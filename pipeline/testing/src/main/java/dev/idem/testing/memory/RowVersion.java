package dev.idem.testing.memory;

import java.util.Comparator;
import java.util.Locale;

/**
 * A version as the columns {@code _idem_epoch}, {@code _idem_lsn} and {@code _idem_seq} hold it.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param epoch the WAL history
 * @param lsn the commit's LSN, unsigned
 * @param ordinal the change's place in its transaction
 */
public record RowVersion(int epoch, long lsn, long ordinal) implements Comparable<RowVersion> {

    private static final Comparator<RowVersion> ORDER = Comparator.comparingInt(RowVersion::epoch)
            .thenComparing(RowVersion::lsn, Long::compareUnsigned)
            .thenComparingLong(RowVersion::ordinal);

    /** With the LSN in PostgreSQL's text form. */
    static RowVersion of(int epoch, String lsn, long ordinal) {
        int slash = lsn.indexOf('/');
        long high = Long.parseLong(lsn.substring(0, slash), 16);
        long low = Long.parseLong(lsn.substring(slash + 1), 16);
        return new RowVersion(epoch, high << 32 | low, ordinal);
    }

    /** True where this is the lower one, as SQL compares the three columns. */
    boolean isBelow(RowVersion other) {
        return compareTo(other) < 0;
    }

    /** The LSN as PostgreSQL prints it. */
    String lsnText() {
        return String.format(Locale.ROOT, "%X/%X", lsn >>> 32, lsn & 0xFFFFFFFFL);
    }

    /** As {@code idem.version_text} says it. */
    public String text() {
        return String.format(Locale.ROOT, "%08x.%08X%08X.%016x", epoch, lsn >>> 32, lsn & 0xFFFFFFFFL, ordinal);
    }

    @Override
    public int compareTo(RowVersion other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return epoch + "/" + lsnText() + "/" + ordinal;
    }
}
