package dev.idem.relation;

import dev.idem.change.TableId;

/**
 * Asks that a table is read anew while the stream goes on, because the WAL alone does not tell what its rows are: a new
 * table with rows, a rewrite, a column whose history is not known.
 *
 * <p><i>Threads:</i> as the implementation says.
 */
public interface Rereads {

    /**
     * Remembers the request; it is durable with the next batch that is published, and comes again after a crash until a
     * reading of the table is complete.
     *
     * @param reason for people
     */
    void request(TableId table, String reason);
}
