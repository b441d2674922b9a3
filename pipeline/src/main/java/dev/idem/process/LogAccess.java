package dev.idem.process;

import dev.idem.apply.RebuildWriter;
import dev.idem.apply.ReplayWriter;
import dev.idem.change.Topics;
import dev.idem.config.Settings;
import dev.idem.control.ReplayRecord;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.replay.LogPosition;
import dev.idem.replay.LogView;
import dev.idem.replay.Replay;
import dev.idem.replay.ReplayRequest;
import dev.idem.replay.SavedOffsets;
import dev.idem.warehouse.Warehouse;
import java.time.Clock;
import java.time.ZoneId;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * The log and the warehouse, as those who read the log once more beside the running pipeline reach them.
 *
 * <p><i>Threads:</i> thread-safe; what it hands out is for one thread each.
 */
final class LogAccess {

    private final Settings settings;
    private final Warehouse warehouse;
    private final Warehouse rebuilt;
    private final LogView log;
    private final ReentrantLock looking = new ReentrantLock();

    LogAccess(Settings settings, EmbeddedServers servers) {
        this.settings = settings;
        this.warehouse = Pipeline.warehouse(settings, servers.warehouse(settings), "replay");
        this.rebuilt = Pipeline.warehouse(settings, servers.warehouse(settings), "rebuild");
        this.log = new LogView(
                Pipeline.consumers(settings, servers.bootstrapServers(settings)), new Topics(settings.name()));
    }

    /** The log. */
    LogView view() {
        return log;
    }

    /** The warehouse. */
    Warehouse warehouse() {
        return warehouse;
    }

    /**
     * A session of the warehouse for a replay.
     *
     * @throws PipelineException see {@link ReplayWriter#open}
     */
    ReplayWriter replayWriter() {
        return ReplayWriter.open(warehouse, settings.name(), Pipeline.applySettings(settings));
    }

    /**
     * A session of the warehouse for a rebuild.
     *
     * @throws PipelineException see {@link RebuildWriter#open}
     */
    RebuildWriter rebuildWriter() {
        return RebuildWriter.open(rebuilt, settings.name(), Pipeline.applySettings(settings));
    }

    /** A replay by that session. */
    Replay replay(ReplayWriter writer) {
        return new Replay(log, writer, Clock.system(ZoneId.systemDefault()), progress -> {});
    }

    /**
     * What a request comes to. It reads through the log's cuts, so one is planned at a time.
     *
     * @throws PipelineException see {@link Replay#plan}; {@link ErrorKind#WAREHOUSE_BUSY} while another is planned
     */
    ReplayRecord plan(ReplayRequest request) {
        return lookAtLog(writer -> replay(writer).plan(request));
    }

    /**
     * Saved offsets, one look at a time.
     *
     * @throws PipelineException see {@link SavedOffsets#of}; {@link ErrorKind#WAREHOUSE_BUSY} while the log is looked
     *     at
     */
    SavedOffsets offsets(Optional<LogPosition> position, int last) {
        return lookAtLog(
                writer -> SavedOffsets.of(log, writer.target(), position, last, Clock.system(ZoneId.systemDefault())));
    }

    private <T> T lookAtLog(Function<ReplayWriter, T> look) {
        if (!looking.tryLock()) {
            throw new PipelineException(
                    ErrorKind.WAREHOUSE_BUSY,
                    "the log is being looked at for another request at this moment (expected: one at a time). Remedy: send"
                            + " the same request again");
        }
        try (ReplayWriter writer = replayWriter()) {
            return look.apply(writer);
        } finally {
            looking.unlock();
        }
    }
}
