package dev.idem.capture;

import dev.idem.publish.LogSettings;
import dev.idem.source.SourceSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * Everything that a capture needs to know.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param pipeline the pipeline's name
 * @param dataDirectory where large transactions are spilled
 * @param spillThresholdBytes how much of one transaction may stand in memory
 * @param heartbeat how often a position is asked for when nothing else tells one
 * @param onNewHistory what to do when the source's WAL history is not the log's
 * @param source the source
 * @param log Kafka
 * @param engineOptions the connector's own options as Debezium spells them; what an invariant fixes is refused
 */
public record CaptureSettings(
        String pipeline,
        Path dataDirectory,
        long spillThresholdBytes,
        Duration heartbeat,
        OnNewHistory onNewHistory,
        SourceSettings source,
        LogSettings log,
        Map<String, String> engineOptions) {

    /** What to do when slot, log and WAL do not fit each other. */
    public enum OnNewHistory {
        /** Stop and name the remedy. */
        STOP,
        /** Start a new epoch with a new snapshot. */
        RESYNC
    }

    /** Of this pipeline alone, since what it holds is deleted at a start. */
    Path spillDirectory() {
        return dataDirectory.resolve("spill-" + pipeline);
    }

    /** Copies the options. */
    public CaptureSettings {
        engineOptions = Map.copyOf(engineOptions);
    }
}
