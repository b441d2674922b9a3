package dev.idem.verify;

import dev.idem.change.RowKeys;
import dev.idem.change.TableId;
import java.util.Optional;

/**
 * Has rows made right that differ. It need not wait until they are: the comparison looks again.
 *
 * <p>What is written must carry the version of what was read at the source, and must pass the guard of every other
 * change, so that a younger one of the stream wins.
 */
@FunctionalInterface
public interface Repairer {

    /**
     * Asks for it.
     *
     * @param rows those that differ; empty for the whole table
     * @throws dev.idem.error.PipelineException where it cannot be asked for
     */
    void repair(TableId table, Optional<RowKeys> rows);
}
