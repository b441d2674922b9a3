package dev.idem.warehouse;

import dev.idem.error.PipelineException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/**
 * A session of the warehouse that lasts from one use to the next, until one fails; the next opens another.
 *
 * <p><i>Threads:</i> one thread.
 */
public final class LastingSession implements AutoCloseable {

    private final Warehouse warehouse;
    private final Consumer<Handle> preparation;
    private @Nullable Handle session;

    /** A session that is not yet open; {@code preparation} is done once in each that is opened. */
    public LastingSession(Warehouse warehouse, Consumer<Handle> preparation) {
        this.warehouse = warehouse;
        this.preparation = preparation;
    }

    /**
     * Does something in the session.
     *
     * @throws PipelineException of the warehouse's kinds; the session is ended then
     */
    public <T> T call(String what, Function<Handle, T> action) {
        try {
            Handle handle = session;
            if (handle == null) {
                handle = warehouse.open();
                session = handle;
                preparation.accept(handle);
            }
            return action.apply(handle);
        } catch (JdbiException e) {
            close();
            throw WarehouseFailure.of(what, e);
        }
    }

    @Override
    public void close() {
        Handle handle = session;
        session = null;
        Sessions.giveUp(handle);
    }
}
