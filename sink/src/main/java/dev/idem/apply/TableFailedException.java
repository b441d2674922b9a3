package dev.idem.apply;

import dev.idem.change.TableId;
import dev.idem.error.PipelineException;

/**
 * A failure of one table's own operation; the others can go on once the transaction is rolled back.
 *
 * <p><i>Threads:</i> immutable.
 */
final class TableFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient TableId table;
    private final PipelineException failure;

    TableFailedException(TableId table, PipelineException failure) {
        super(failure.getMessage(), failure);
        this.table = table;
        this.failure = failure;
    }

    /** The table that cannot go on. */
    TableId table() {
        return table;
    }

    /** What failed. */
    PipelineException failure() {
        return failure;
    }
}
