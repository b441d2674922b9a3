package dev.idem.warehouse;

import org.jdbi.v3.core.Handle;

/**
 * Lets one transaction at a time write the replicated tables of a pipeline: the sink's, or a replay's.
 *
 * <p><i>Threads:</i> stateless.
 *
 * <p><i>Source:</i> PostgreSQL, "Advisory Locks"; storage/lmgr/README: waiters are served in their order.
 */
public final class WriterLock {

    /*
     * A guarded statement looks at the row and at the tombstones, and both looks are as of the statement's beginning. An
     * insert that comes again while another transaction deletes its row sees the row and no tombstone; it waits for the
     * row, finds it gone, and inserts it anew: the row is back. The other way round, a delete does not see the row that
     * another transaction is about to insert, so it leaves it. No lock on rows helps, since there is no row.
     *
     * So transactions that write these tables follow each other. Each takes this lock first, and every later statement
     * sees all that was committed before, since a session of ours is READ COMMITTED. What is then left is the same as
     * one writer that applies the changes in another order, and for that the guards are made. The lock is served in
     * order, so neither the stream nor a replay can be kept out by the other.
     */

    private WriterLock() {}

    /** Waits for the lock; it is held to the end of the transaction. */
    public static void take(Handle handle, String pipeline) {
        handle.createQuery("select pg_advisory_xact_lock(hashtextextended('idem writer ' || :pipeline, 0)) is null")
                .bind("pipeline", pipeline)
                .mapTo(Boolean.class)
                .one();
    }
}
