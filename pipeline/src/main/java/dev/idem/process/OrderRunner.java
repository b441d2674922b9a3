package dev.idem.process;

import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what was asked for over HTTP, beside the running pipeline, one order of its kind after the other.
 *
 * <p>Only the process whose sink writes does this. What a process did not finish the next one goes on with; an order
 * that cannot be carried out is ended as failed, so that it is in no other's way.
 *
 * <p><i>Threads:</i> thread-safe; works on a thread of its own.
 *
 * @param <E> an order
 */
final class OrderRunner<E> implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OrderRunner.class);
    private static final Duration LOOK = Duration.ofSeconds(5);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(30);
    private static final Duration LONGEST_STOP = Duration.ofSeconds(10);

    private final OrderedWork<E> work;
    private final Pipeline pipeline;
    private final DutyCycle cycle;
    private volatile Runnable stop = OrderRunner::nothing;

    private OrderRunner(OrderedWork<E> work, Pipeline pipeline) {
        this.work = work;
        this.pipeline = pipeline;
        this.cycle = new DutyCycle("idem-" + work.name(), LOOK, this::runOnce);
    }

    /** Begins to look for orders of that kind. */
    static <E> OrderRunner<E> start(OrderedWork<E> work, Pipeline pipeline) {
        OrderRunner<E> runner = new OrderRunner<>(work, pipeline);
        runner.cycle.start();
        return runner;
    }

    /** There is an order. */
    void wakeUp() {
        cycle.wakeUp();
    }

    private Duration runOnce() {
        Duration pause = LOOK;
        for (E order : open()) {
            if (!cycle.isClosing() && !carryOut(order)) {
                pause = AFTER_FAILURE;
            }
        }
        return pause;
    }

    private List<E> open() {
        try {
            return pipeline.isWriter() ? work.open() : List.of();
        } catch (PipelineException e) {
            LOG.warn("orders are not seen kind={} reason=\"{}\"", work.name(), e.getMessage());
            return List.of();
        }
    }

    /** False where it is to be tried again. */
    private boolean carryOut(E order) {
        long id = work.id(order);
        try {
            LOG.info("order goes on kind={} id={}", work.name(), id);
            work.carryOut(order, this::stopBy);
            return true;
        } catch (PipelineException e) {
            return cycle.isClosing() || answer(id, e);
        } catch (RuntimeException e) {
            if (!cycle.isClosing()) {
                LOG.error("order failed kind={} id={} remedy=\"please report it\"", work.name(), id, e);
                note(() -> work.failed(id, "an error that nobody foresaw, see the log of the process"));
            }
            return true;
        } finally {
            stop = OrderRunner::nothing;
        }
    }

    /** Stops nothing, since nothing is going on. */
    private static void nothing() {}

    private void stopBy(Runnable action) {
        stop = action;
        if (cycle.isClosing()) {
            action.run();
        }
    }

    private boolean answer(long id, PipelineException failure) {
        String reason = String.valueOf(failure.getMessage());
        if (failure.kind().response() == ErrorKind.Response.RETRY) {
            LOG.warn("order waits and is tried again kind={} id={} reason=\"{}\"", work.name(), id, reason);
            note(() -> work.waits(id, reason));
            return false;
        }
        LOG.error("order failed kind={} id={} reason=\"{}\"", work.name(), id, reason);
        note(() -> work.failed(id, reason));
        return true;
    }

    private void note(Runnable writing) {
        try {
            writing.run();
        } catch (PipelineException e) {
            LOG.warn("what became of an order is not kept yet kind={} reason=\"{}\"", work.name(), e.getMessage());
        }
    }

    /** What is going on ends after the piece in hand, and the next process goes on with it. */
    @Override
    public void close() {
        cycle.close(() -> stop.run(), LONGEST_STOP);
    }
}
