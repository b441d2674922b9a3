package dev.idem.process;

import dev.idem.config.Settings;
import dev.idem.control.RebuildEntry;
import dev.idem.control.RebuildOrders;
import dev.idem.control.ReplayEntry;
import dev.idem.control.ReplayOrders;
import dev.idem.http.Watched;
import java.util.Optional;

/**
 * What reads the log once more on request, beside the running pipeline: replays and rebuilds.
 *
 * <p><i>Threads:</i> thread-safe.
 */
final class LogOrders implements AutoCloseable {

    private final Watched.Replays replays;
    private final RebuildOrders rebuilds;
    private final OrderRunner<ReplayEntry> replayer;
    private final OrderRunner<RebuildEntry> rebuilder;

    private LogOrders(LogAccess log, String name, Pipeline pipeline) {
        ReplayOrders ordered = new ReplayOrders(log.warehouse(), name);
        this.replays = new Watched.Replays(ordered, log::plan, log::offsets);
        this.rebuilds = new RebuildOrders(log.warehouse(), name);
        this.replayer = OrderRunner.start(new ReplayWork(log, ordered), pipeline);
        this.rebuilder = OrderRunner.start(new RebuildWork(log, rebuilds), pipeline);
    }

    /** Begins, where this process applies and can be asked; else empty. */
    static Optional<LogOrders> start(Settings settings, EmbeddedServers servers, Pipeline pipeline) {
        return settings.role().applies() && settings.http().port().isPresent()
                ? Optional.of(new LogOrders(new LogAccess(settings, servers), settings.name(), pipeline))
                : Optional.empty();
    }

    /** How replays are asked for. */
    Watched.Replays replays() {
        return replays;
    }

    /** How rebuilds are asked for. */
    RebuildOrders rebuilds() {
        return rebuilds;
    }

    /** There is an order. */
    void wakeUp() {
        replayer.wakeUp();
        rebuilder.wakeUp();
    }

    @Override
    public void close() {
        replayer.close();
        rebuilder.close();
    }
}
