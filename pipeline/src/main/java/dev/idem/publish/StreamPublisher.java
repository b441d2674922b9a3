package dev.idem.publish;

import dev.idem.assemble.EncodedChange;
import dev.idem.assemble.Transaction;
import dev.idem.assemble.TransactionAssembler;
import dev.idem.change.Cut;
import dev.idem.change.Lsn;
import dev.idem.change.TableDefinition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Publishes the stream: whole transactions, each once, and never a position before what lies below it.
 *
 * <p>Transactions that the log's last cut contains are dropped whole: the slot may lie behind the log, never ahead of
 * it.
 *
 * <p><i>Threads:</i> one thread.
 *
 * <p><i>Fails:</i> as {@link Publisher#publish}; it must then be closed, and what was not published comes again from
 * the slot.
 */
public final class StreamPublisher implements AutoCloseable {

    private final int epoch;
    private final LogEnd logEnd;
    private final TransactionAssembler assembler;
    private final Publisher publisher;
    private final Supplier<List<TableDefinition>> unpublished;
    private final List<Transaction> complete = new ArrayList<>();
    private Lsn published;
    private Lsn position;
    private @Nullable Instant positionTime;

    /**
     * A stream that goes on where the log ends.
     *
     * @param start where that is
     * @param assembler collects its transactions; is closed with this
     * @param publisher writes them
     * @param unpublished takes the definitions that the log lacks so far
     */
    public StreamPublisher(
            StreamStart start,
            TransactionAssembler assembler,
            Publisher publisher,
            Supplier<List<TableDefinition>> unpublished) {
        this.epoch = start.epoch();
        this.logEnd = new LogEnd(start);
        this.published = start.from();
        this.position = start.from();
        this.assembler = assembler;
        this.publisher = publisher;
        this.unpublished = unpublished;
    }

    /** A transaction begins; one that is open is thrown away, since the reader of the WAL was set back. */
    public void begin() {
        assembler.begin();
    }

    /** The next change of the open transaction. */
    public void add(EncodedChange change) {
        assembler.add(change);
    }

    /** Whether a transaction is open. */
    public boolean isInTransaction() {
        return assembler.isOpen();
    }

    /** How many changes the open transaction has. */
    public long changes() {
        return assembler.count();
    }

    /**
     * The open transaction ends.
     *
     * @return how many of its changes were dropped, because the log has them
     * @throws dev.idem.error.PipelineException of kind HISTORY_BROKEN where this is not the history of the log
     */
    public long end(Lsn commitLsn, Instant commitTime) {
        logEnd.arrived(commitLsn, commitTime);
        Transaction transaction = assembler.end(commitLsn, commitTime);
        if (commitLsn.compareTo(position) <= 0) {
            long dropped = transaction.events();
            transaction.close();
            return dropped;
        }
        position = commitLsn;
        positionTime = commitTime;
        if (transaction.events() == 0) {
            transaction.close();
        } else {
            complete.add(transaction);
        }
        return 0;
    }

    /** The stream has come to here without a transaction that is of interest. */
    public void moveTo(Lsn lsn) {
        logEnd.arrived(lsn, null);
        if (lsn.compareTo(position) > 0) {
            position = lsn;
        }
    }

    /** Up to where the stream has come. */
    public Lsn position() {
        return position;
    }

    /** Whether there are whole transactions to publish. */
    public boolean hasComplete() {
        return !complete.isEmpty();
    }

    /** True where all that has come is durable, so that the position can be confirmed to the slot. */
    public boolean isAllPublished() {
        return position.compareTo(published) <= 0;
    }

    /** Publishes what is complete, and the position. */
    public Cut publish() {
        Cut cut;
        // A definition that is taken is published before any other thread can publish what names it.
        synchronized (publisher) {
            cut = publisher.publish(new LogBatch(
                    Cut.Kind.STREAM,
                    epoch,
                    position,
                    positionTime,
                    complete.size(),
                    unpublished.get(),
                    consumer -> complete.forEach(transaction -> transaction.forEach(
                            (change, ordinal) -> consumer.accept(change, transaction.commitLsn(), ordinal))),
                    List.of()));
        }
        published = position;
        complete.forEach(Transaction::close);
        complete.clear();
        return cut;
    }

    /** Throws away what was not published. */
    @Override
    public void close() {
        assembler.close();
        complete.forEach(Transaction::close);
        complete.clear();
    }
}
