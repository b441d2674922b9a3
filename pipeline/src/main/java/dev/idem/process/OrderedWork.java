package dev.idem.process;

import dev.idem.error.PipelineException;
import java.util.List;
import java.util.function.Consumer;

/**
 * One kind of work that can be asked for: its orders, as the warehouse keeps them, and how one is carried out.
 *
 * <p><i>Threads:</i> one thread.
 *
 * @param <E> an order
 */
interface OrderedWork<E> {

    /** What it is called, in one word. */
    String name();

    /**
     * Orders that are not at their end, the older ones first.
     *
     * @throws PipelineException of the warehouse's kinds
     */
    List<E> open();

    /** The number of an order. */
    long id(E order);

    /**
     * Carries an order out, until it is at its end, was given up, or is stopped.
     *
     * @param stopBy takes what stops it, which is then called from another thread
     * @throws PipelineException where it cannot be carried out now, or ever
     */
    void carryOut(E order, Consumer<Runnable> stopBy);

    /**
     * An order can never be carried out.
     *
     * @throws PipelineException of the warehouse's kinds
     */
    void failed(long id, String reason);

    /**
     * An order cannot be carried out now.
     *
     * @throws PipelineException of the warehouse's kinds
     */
    void waits(long id, String reason);
}
