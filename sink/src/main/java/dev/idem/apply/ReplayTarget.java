package dev.idem.apply;

import dev.idem.change.TableId;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.target.TargetTables;
import dev.idem.warehouse.Progress;
import dev.idem.warehouse.ProgressTable;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/**
 * What a replay can write to.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param progress where the stream stands: a replay ends there at the latest
 * @param followed the tables that the warehouse follows
 * @param parked those of them that wait in the log
 */
public record ReplayTarget(Progress progress, Set<TableId> followed, Set<TableId> parked) {

    /** Copies the sets. */
    public ReplayTarget {
        followed = Set.copyOf(followed);
        parked = Set.copyOf(parked);
    }

    /** What the pipeline has made in the warehouse, as it is now; empty where it was never applied there. */
    static Optional<ReplayTarget> read(Handle handle, String pipeline, TargetTables targets, ParkedTables parked) {
        targets.load(handle);
        parked.load(handle);
        Set<TableId> followed =
                targets.all().stream().map(table -> table.definition().table()).collect(Collectors.toSet());
        return new ProgressTable(pipeline)
                .read(handle)
                .map(progress -> new ReplayTarget(progress, followed, parked.names()));
    }

    /** What is said where there is none. */
    public static PipelineException nothingApplied() {
        return new PipelineException(
                ErrorKind.SETTINGS,
                "idem.progress has no position of this pipeline (expected: one that ./idem run has filled the warehouse"
                        + " by)");
    }

    /**
     * The tables that a person chose, or all, without those that wait, where none was chosen.
     *
     * @throws PipelineException {@link ErrorKind#SETTINGS} where one of them is not followed, or waits
     */
    public Set<TableId> chosen(List<TableId> tables) {
        Set<TableId> unknown = new TreeSet<>(tables);
        unknown.removeAll(followed);
        if (!unknown.isEmpty()) {
            throw new PipelineException(
                    ErrorKind.SETTINGS,
                    "tables " + unknown + ": not followed (expected: of " + new TreeSet<>(followed) + ")");
        }
        Set<TableId> waiting = new TreeSet<>(tables);
        waiting.retainAll(parked);
        if (!waiting.isEmpty()) {
            throw new PipelineException(
                    ErrorKind.SETTINGS,
                    "tables " + waiting + ": parked, what they missed comes by itself (expected: tables that follow)."
                            + " Remedy: ./idem resume");
        }
        Set<TableId> chosen = new TreeSet<>(tables.isEmpty() ? followed : tables);
        chosen.removeAll(parked);
        return chosen;
    }
}
