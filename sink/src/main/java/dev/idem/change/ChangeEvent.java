package dev.idem.change;

import org.jspecify.annotations.Nullable;

/**
 * One change event as the log's envelope holds it: Debezium's form, without the version, which stands in the header.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param operation what happened
 * @param before the old row, as far as the source sent it; null where it sent none
 * @param after the new row; null for deletes and truncates
 * @param source where the change was found
 * @param transaction its place in its transaction; null for rows of a snapshot
 */
public record ChangeEvent(
        Operation operation,
        @Nullable Row before,
        @Nullable Row after,
        SourceBlock source,
        @Nullable TransactionBlock transaction) {

    /** The same event with other images of the row. */
    public ChangeEvent with(@Nullable Row otherBefore, @Nullable Row otherAfter) {
        return new ChangeEvent(operation, otherBefore, otherAfter, source, transaction);
    }

    /**
     * The envelope's {@code source}.
     *
     * @param connector name and version of what decoded the WAL
     * @param pipeline the pipeline's name
     * @param database the source's database
     * @param commitMillis the transaction's commit time by the source's clock, milliseconds since 1970 UTC
     * @param snapshot whether a snapshot read the row
     * @param transactionId the source's 32-bit transaction id; 0 where there is none
     * @param lsn where the change itself stands in the WAL: for people only, it orders nothing
     */
    public record SourceBlock(
            String connector,
            String pipeline,
            String database,
            long commitMillis,
            boolean snapshot,
            long transactionId,
            Lsn lsn) {}

    /**
     * The envelope's {@code transaction}.
     *
     * @param id the source's id of the transaction
     * @param totalOrder the change's place in the transaction, from 1
     * @param collectionOrder its place among the transaction's changes of its table, from 1
     */
    public record TransactionBlock(String id, long totalOrder, long collectionOrder) {}
}
