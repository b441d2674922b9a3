package dev.idem.status;

import dev.idem.apply.TableCount;
import dev.idem.change.Lsn;
import dev.idem.change.TableId;
import dev.idem.control.WarehouseView;
import dev.idem.source.SourceView;
import dev.idem.status.PipelineStatus.Origin;
import dev.idem.status.PipelineStatus.Part;
import dev.idem.status.PipelineStatus.Throughput;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that was read at one moment, each part where it could be.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param capture the capture's state, where this process captures
 * @param sink the sink's state, where this process applies
 * @param source what the source said
 * @param published the end of the log
 * @param warehouse what the warehouse said
 * @param counts what this process has applied, by table
 * @param problems what could not be read, and why, by the name of the server
 */
public record StatusInput(
        String name,
        Instant at,
        Origin origin,
        Optional<Part> capture,
        Optional<Part> sink,
        Optional<SourceView.Reading> source,
        Optional<Published> published,
        Optional<WarehouseView.Reading> warehouse,
        Map<TableId, TableCount> counts,
        Throughput throughput,
        Map<String, String> problems) {

    /** Copies the maps. */
    public StatusInput {
        counts = Map.copyOf(counts);
        problems = Map.copyOf(problems);
    }

    /**
     * The last cut of the log.
     *
     * @param commitTime of its last transaction
     */
    public record Published(int epoch, Lsn lsn, Optional<Instant> commitTime) {}
}
