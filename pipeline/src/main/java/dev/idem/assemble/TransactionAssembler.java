package dev.idem.assemble;

import dev.idem.change.Lsn;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Collects one transaction from its BEGIN to its END.
 *
 * <p>PostgreSQL decodes a transaction at its commit, so transactions come one after the other, each whole; their order
 * is that of the commits. The LSN of the commit is known only at the END, and a change carries nothing that names it.
 * So the changes wait here, in memory or in a file, until the END comes.
 *
 * <p>A BEGIN inside an open transaction means that the reader of the WAL was set back and sends the transaction again:
 * what was collected is thrown away.
 *
 * <p><i>Threads:</i> one thread.
 */
public final class TransactionAssembler implements AutoCloseable {

    private final SpillPolicy spill;
    private @Nullable ChangeBuffer open;

    /** An assembler whose transactions leave memory as {@code spill} says. */
    public TransactionAssembler(SpillPolicy spill) {
        this.spill = spill;
    }

    /** A transaction begins; one that is open is thrown away. */
    public void begin() {
        close();
        open = new ChangeBuffer(spill);
    }

    /** Whether a transaction is open. */
    public boolean isOpen() {
        return open != null;
    }

    /** How many changes the open transaction has. */
    public long count() {
        return open == null ? 0 : open.count();
    }

    /** The next change of the open transaction. */
    public void add(EncodedChange change) {
        required("a change of " + change.topic()).add(change);
    }

    /** The transaction ends; it now belongs to the caller, who closes it. */
    public Transaction end(Lsn commitLsn, Instant commitTime) {
        Transaction transaction = new Transaction(commitLsn, commitTime, required("the END at " + commitLsn));
        open = null;
        return transaction;
    }

    /** Throws an open transaction away. */
    @Override
    public void close() {
        if (open != null) {
            open.close();
            open = null;
        }
    }

    private ChangeBuffer required(String what) {
        if (open == null) {
            throw new PipelineException(
                    ErrorKind.INVARIANT, what + " came outside a transaction (expected: a BEGIN before it)");
        }
        return open;
    }
}
