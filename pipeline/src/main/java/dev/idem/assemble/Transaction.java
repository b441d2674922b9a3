package dev.idem.assemble;

import dev.idem.change.Lsn;
import java.time.Instant;

/**
 * A whole source transaction, ready to be published.
 *
 * <p><i>Threads:</i> one thread. Closing it frees the memory and deletes the spill file.
 */
public final class Transaction implements AutoCloseable {

    private final Lsn commitLsn;
    private final Instant commitTime;
    private final ChangeBuffer changes;

    Transaction(Lsn commitLsn, Instant commitTime, ChangeBuffer changes) {
        this.commitLsn = commitLsn;
        this.commitTime = commitTime;
        this.changes = changes;
    }

    /** Takes one change and its place in the transaction, from 1. */
    @FunctionalInterface
    public interface OrdinalConsumer {
        /** Takes the change. */
        void accept(EncodedChange change, long ordinal);
    }

    /** The end of the COMMIT record. */
    public Lsn commitLsn() {
        return commitLsn;
    }

    /** The commit's time by the source's clock. */
    public Instant commitTime() {
        return commitTime;
    }

    /** How many changes it has. */
    public long events() {
        return changes.count();
    }

    /** What it costs in memory now; little where it was spilled. */
    public long memoryBytes() {
        return changes.memoryBytes();
    }

    /** Whether it stands in a file. */
    public boolean isSpilled() {
        return changes.isSpilled();
    }

    /** Hands over the changes in their order. */
    public void forEach(OrdinalConsumer consumer) {
        long[] ordinal = {0};
        changes.forEach(change -> consumer.accept(change, ++ordinal[0]));
    }

    @Override
    public void close() {
        changes.close();
    }
}
