package dev.idem.change;

import java.util.Comparator;

/**
 * The version of a change: which of two changes of one row is the newer.
 *
 * <p>It is the change's idempotency key. It depends on the source's WAL alone, never on a clock, a Kafka offset or a
 * run, so the same change captured twice carries the same version.
 *
 * <p>PostgreSQL orders commits, not changes: the LSN of a change's own WAL record is neither monotonic nor unique, not
 * even per key. So the version is built of the end LSN of the transaction's COMMIT record and of the change's place in
 * the transaction. A row of a snapshot has the snapshot's consistent point and ordinal 0: every transaction that
 * commits after the snapshot beats it, and it beats all that the snapshot contains. (Rows of a table without a key need
 * an identity each and are numbered from 1 instead; no transaction's commit ends at the consistent point itself.)
 *
 * <p><i>Threads:</i> immutable.
 *
 * <p><i>Source:</i> PostgreSQL, "Streaming Replication Protocol", CREATE_REPLICATION_SLOT consistent_point;
 * snapbuild.c, SnapBuildXactNeedsSkip.
 *
 * @param epoch one unbroken WAL history of one cluster, from 1; positions of different epochs are ordered by it alone
 * @param lsn the end of the transaction's COMMIT record, or the snapshot's consistent point
 * @param ordinal the change's place in its transaction, from 1; 0 for a snapshot's row
 */
public record Version(int epoch, Lsn lsn, long ordinal) implements Comparable<Version> {

    private static final Comparator<Version> ORDER =
            Comparator.comparingInt(Version::epoch).thenComparing(Version::lsn).thenComparingLong(Version::ordinal);

    /** Checks the bounds. */
    public Version {
        if (epoch < 0 || ordinal < 0) {
            throw new IllegalArgumentException(
                    "version: " + epoch + '/' + lsn + '/' + ordinal + " (expected: epoch >= 0 and ordinal >= 0)");
        }
    }

    /** The version of a row of a snapshot taken at {@code consistentPoint}. */
    public static Version ofSnapshot(int epoch, Lsn consistentPoint) {
        return new Version(epoch, consistentPoint, 0);
    }

    /**
     * Reads the form that {@link #toString} writes.
     *
     * @throws IllegalArgumentException where {@code text} has another form or a part is out of its range
     */
    public static Version parse(String text) {
        int first = text.indexOf('/');
        int last = text.lastIndexOf('/');
        if (first < 1 || last == first) {
            throw malformed(text);
        }
        try {
            return new Version(
                    Integer.parseInt(text, 0, first, 10),
                    Lsn.parse(text.substring(first + 1, last)),
                    Long.parseLong(text, last + 1, text.length(), 10));
        } catch (IllegalArgumentException e) {
            throw malformed(text);
        }
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException(
                "version: '" + text + "' (expected: epoch/commit-lsn/ordinal such as 3/0/16B3748/2)");
    }

    /** True where this change is the newer one. */
    public boolean isAfter(Version other) {
        return compareTo(other) > 0;
    }

    /** True where this change is the older one. */
    public boolean isBefore(Version other) {
        return compareTo(other) < 0;
    }

    @Override
    public int compareTo(Version other) {
        return ORDER.compare(this, other);
    }

    /** {@code epoch/commit-lsn/ordinal}, as in the header {@code idem-version}: {@code 3/0/16B3748/2}. */
    @Override
    public String toString() {
        return epoch + "/" + lsn + '/' + ordinal;
    }
}
