package dev.idem.process;

import dev.idem.change.RereadRequest;
import dev.idem.change.Topics;
import dev.idem.control.PipelineActions;
import dev.idem.control.PipelineActions.ResyncOrder;
import dev.idem.error.PipelineException;
import dev.idem.publish.LogSettings;
import dev.idem.publish.RereadTail;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands orders to read tables anew from the warehouse, where they were taken, to the log, where the capture looks. An
 * order that a killed process left is handed on by the next one; it may be handed on twice, and the table is read twice
 * then, which changes nothing.
 *
 * <p><i>Threads:</i> thread-safe; works on a thread of its own.
 */
final class ResyncRelay implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ResyncRelay.class);
    private static final Duration LOOK = Duration.ofSeconds(60);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(10);

    private final PipelineActions actions;
    private final LogSettings log;
    private final Topics topics;
    private final DutyCycle cycle;

    ResyncRelay(PipelineActions actions, LogSettings log, Topics topics) {
        this.actions = actions;
        this.log = log;
        this.topics = topics;
        this.cycle = new DutyCycle("idem-resync-relay", AFTER_FAILURE, this::relayOnce);
        cycle.start();
    }

    /** There is an order. */
    void wakeUp() {
        cycle.wakeUp();
    }

    private Duration relayOnce() {
        try {
            List<ResyncOrder> orders = actions.openResyncs();
            if (!orders.isEmpty()) {
                RereadTail.ask(
                        log,
                        topics,
                        orders.stream()
                                .map(order -> new RereadRequest(order.table(), "asked for by the HTTP interface"))
                                .toList());
                actions.asked(orders);
                LOG.info("asked the capture to read tables anew tables={}", orders);
            }
            return LOOK;
        } catch (PipelineException e) {
            LOG.warn("orders to read tables anew wait reason=\"{}\"", e.getMessage());
            return AFTER_FAILURE;
        }
    }

    @Override
    public void close() {
        cycle.close(() -> {}, AFTER_FAILURE);
    }
}
