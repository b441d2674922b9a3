package dev.idem.warehouse;

import dev.idem.error.PipelineException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends sessions of the warehouse. One whose connection broke cannot even be closed, and says so by an exception.
 *
 * <p><i>Threads:</i> stateless.
 */
public final class Sessions {

    private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);

    private Sessions() {}

    /**
     * Ends a session; what it has not committed is taken back.
     *
     * @throws PipelineException of the warehouse's kinds
     */
    public static void end(Handle session) {
        try (session) {
            if (session.isInTransaction()) {
                session.rollback();
            }
        } catch (JdbiException e) {
            throw WarehouseFailure.of("closing the connection", e);
        }
    }

    /** Takes back what is not committed after a failure, which stays the one that counts, also on a broken session. */
    public static void rollBackAfter(RuntimeException failure, Handle session) {
        try {
            if (session.isInTransaction()) {
                session.rollback();
            }
        } catch (JdbiException e) {
            failure.addSuppressed(e);
        }
    }

    /** Ends a session after a failure, which stays the one that counts. */
    public static void endAfter(RuntimeException failure, Handle session) {
        try {
            session.close();
        } catch (JdbiException e) {
            failure.addSuppressed(e);
        }
    }

    /** Ends a session, if there is one, of which nothing is lost whatever becomes of it. */
    static void giveUp(@Nullable Handle session) {
        try {
            if (session != null) {
                session.close();
            }
        } catch (JdbiException e) {
            LOG.debug("closing a session", e);
        }
    }
}
