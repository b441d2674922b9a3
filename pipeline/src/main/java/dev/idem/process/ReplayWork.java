package dev.idem.process;

import dev.idem.control.ReplayEntry;
import dev.idem.control.ReplayOrders;
import dev.idem.replay.Replay;
import dev.idem.replay.ReplayProgress;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replays that were asked for.
 *
 * <p><i>Threads:</i> one thread.
 */
final class ReplayWork implements OrderedWork<ReplayEntry> {

    private static final Logger LOG = LoggerFactory.getLogger(ReplayWork.class);

    private final LogAccess log;
    private final ReplayOrders orders;

    ReplayWork(LogAccess log, ReplayOrders orders) {
        this.log = log;
        this.orders = orders;
    }

    @Override
    public String name() {
        return "replay";
    }

    @Override
    public List<ReplayEntry> open() {
        return orders.open();
    }

    @Override
    public long id(ReplayEntry order) {
        return order.replay().id();
    }

    @Override
    public void carryOut(ReplayEntry order, Consumer<Runnable> stopBy) {
        try (var writer = log.replayWriter()) {
            Replay replay = log.replay(writer);
            stopBy.accept(replay::stop);
            OptionalLong rate = order.terms().eventsPerSecond();
            ReplayProgress end = order.terms().isDryRun()
                    ? replay.resumeRehearsal(order.replay(), rate)
                    : replay.resume(order.replay(), rate);
            LOG.info(
                    "replay ended replay={} state={} seen={} changed={}",
                    end.id(),
                    end.state(),
                    end.seen(),
                    end.changed());
        }
    }

    @Override
    public void failed(long id, String reason) {
        orders.failed(id, reason);
    }

    /** How far it is stands in {@code idem.replay}; why it waits is told in the process's log. */
    @Override
    public void waits(long id, String reason) {
        LOG.debug("replay waits replay={}", id);
    }
}
