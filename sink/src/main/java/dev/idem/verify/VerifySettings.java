package dev.idem.verify;

import dev.idem.change.TableId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What is compared, and how long a difference may take to go away.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param pipeline whose tables and position stand in the warehouse's control schema
 * @param source the source
 * @param warehouse the warehouse
 * @param slot the capture's replication slot, which tells whether there is one to wait for
 * @param publication the capture's publication: what it leaves out is not compared; empty where all is
 * @param tables what is compared besides the tables that the warehouse follows, which may be none
 * @param names the names in the warehouse of tables that it does not follow
 * @param scope which tables
 * @param limits bounds of time and memory
 * @param pace how much is asked of the databases
 */
public record VerifySettings(
        String pipeline,
        Address source,
        Address warehouse,
        Optional<String> slot,
        Optional<String> publication,
        List<TableId> tables,
        UnaryOperator<TableId> names,
        Scope scope,
        Limits limits,
        Pace pace) {

    /** Which tables are compared. */
    public enum Scope {
        /** The named ones only. */
        NAMED,
        /** Every table that the warehouse follows, and the named ones. */
        FOLLOWED
    }

    /**
     * Bounds of time and memory.
     *
     * @param maxWait how long at most the pipeline is waited for at each look
     * @param settle how long the pipeline's position must stand still to count as all there is
     * @param statementTimeout of each statement on either side; zero for none
     * @param chunkRows how many rows are described by one digest, and the most whose keys are held at once
     * @param maxCandidates how many rows are looked at again together
     * @param maxExamples how many differing rows of a table are named
     */
    public record Limits(
            Duration maxWait,
            Duration settle,
            Duration statementTimeout,
            int chunkRows,
            int maxCandidates,
            int maxExamples) {

        /** What fits a machine with little memory. */
        public static final Limits DEFAULT =
                new Limits(Duration.ofSeconds(60), Duration.ofSeconds(2), Duration.ofMinutes(10), 10_000, 5_000, 5);

        /** The same with another wait. */
        public Limits withMaxWait(Duration wait) {
            return new Limits(wait, settle, statementTimeout, chunkRows, maxCandidates, maxExamples);
        }

        /** The same with another bound of a statement's time. */
        public Limits withStatementTimeout(Duration timeout) {
            return new Limits(maxWait, settle, timeout, chunkRows, maxCandidates, maxExamples);
        }

        /** The same with another size of a chunk. */
        public Limits withChunkRows(int rows) {
            return new Limits(maxWait, settle, statementTimeout, rows, maxCandidates, maxExamples);
        }
    }

    /** Compares everything, as fast as can be. */
    public VerifySettings(
            String pipeline,
            Address source,
            Address warehouse,
            Optional<String> slot,
            List<TableId> tables,
            UnaryOperator<TableId> names,
            Scope scope,
            Limits limits) {
        this(pipeline, source, warehouse, slot, Optional.empty(), tables, names, scope, limits, Pace.FULL);
    }

    /** Copies the list. */
    public VerifySettings {
        tables = List.copyOf(tables);
    }
}
