package dev.idem.warehouse;

import dev.idem.error.PipelineException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a second sink of a pipeline waiting while the first one lives, and lets it in when that one has died.
 *
 * <pre>
 *   lock of the holder's session is free           its process is gone: another takes over at once
 *   row of idem.writer_lease older than 8 s        it hangs, or its machine is gone: another takes over
 *   no row                                         a person took it away: another takes over at once
 * </pre>
 *
 * <p>It is a courtesy, not the fence: two holders at once can still not both commit, since {@link ProgressTable} knows
 * one generation only.
 *
 * <p><i>Threads:</i> {@link #isLost} is thread-safe, the rest belongs to one thread; the lease renews itself on a
 * thread of its own.
 *
 * <p><i>Source:</i> PostgreSQL, "Advisory Locks": a session's lock ends with the session.
 */
public final class WriterLease implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WriterLease.class);
    private static final Duration RENEWAL = Duration.ofSeconds(2);
    private static final int EXPIRY_SECONDS = 8;

    private final Warehouse warehouse;
    private final String pipeline;
    private final UUID writer;
    private final Thread thread;
    private final CountDownLatch closing = new CountDownLatch(1);
    private @Nullable Handle session;
    private volatile boolean isLost;

    private WriterLease(Warehouse warehouse, String pipeline, UUID writer, Handle session) {
        this.warehouse = warehouse;
        this.pipeline = pipeline;
        this.writer = writer;
        this.session = session;
        this.thread = new Thread(this::renewUntilClosed, "idem-sink-lease");
        this.thread.setDaemon(true);
    }

    /**
     * Takes the lease where nobody alive has it.
     *
     * @throws PipelineException of the warehouse's kinds
     */
    public static Optional<WriterLease> tryTake(Warehouse sinkWarehouse, String pipeline, UUID writer) {
        Warehouse warehouse = sinkWarehouse.named(sinkWarehouse.applicationName() + " lease");
        Handle session = warehouse.open();
        try {
            boolean taken = WarehouseFailure.call(
                    "taking the writer's lease", () -> take(session, warehouse.applicationName(), pipeline, writer));
            if (taken) {
                WriterLease lease = new WriterLease(warehouse, pipeline, writer, session);
                lease.thread.start();
                return Optional.of(lease);
            }
        } catch (RuntimeException e) {
            Sessions.endAfter(e, session);
            throw e;
        }
        Sessions.giveUp(session);
        return Optional.empty();
    }

    private static boolean take(Handle session, String applicationName, String pipeline, UUID writer) {
        boolean locked = lock(session, pipeline);
        int rows = session.createUpdate("""
                        insert into idem.writer_lease as lease (pipeline, writer)
                        values (:pipeline, :writer)
                        on conflict (pipeline) do update set
                          writer = excluded.writer,
                          seen_at = clock_timestamp()
                        where :locked
                          or lease.writer = excluded.writer
                          or lease.seen_at < clock_timestamp() - :seconds * interval '1 s'""")
                .bind("pipeline", pipeline)
                .bind("writer", writer)
                .bind("locked", locked)
                .bind("seconds", EXPIRY_SECONDS)
                .execute();
        if (rows == 1 && !locked) {
            endOthers(session, applicationName);
            lock(session, pipeline);
        }
        return rows == 1;
    }

    /** Not the lock of {@link WriterLock}, which the writer's other session takes for each transaction. */
    private static boolean lock(Handle session, String pipeline) {
        return session.createQuery(
                        "select pg_try_advisory_lock(hashtextextended('idem writer lease ' || :pipeline, 0))")
                .bind("pipeline", pipeline)
                .mapTo(Boolean.class)
                .one();
    }

    /** The session of one that hangs still has the lock. */
    private static void endOthers(Handle session, String applicationName) {
        session.createQuery("""
                        select count(pg_terminate_backend(pid))
                        from pg_stat_activity
                        where application_name = :name and usename = current_user and pid <> pg_backend_pid()""").bind("name", applicationName).mapTo(Long.class).one();
    }

    /** True once another sink has taken the lease, which happens only where this one seemed dead. */
    public boolean isLost() {
        return isLost;
    }

    private void renewUntilClosed() {
        try {
            while (!isLost && !closing.await(RENEWAL.toMillis(), TimeUnit.MILLISECONDS)) {
                renewOnce();
            }
        } catch (InterruptedException e) {
            LOG.debug("interrupted", e);
        }
    }

    private void renewOnce() {
        try {
            Handle open = session;
            if (open == null) {
                open = warehouse.open();
                session = open;
            }
            lockAgain(open);
            isLost = renew(open) == 0;
        } catch (PipelineException | JdbiException e) {
            LOG.debug("the writer's lease was not renewed", e);
            closeSession();
        }
    }

    /** A new session has no lock yet, and the server may not have noticed the end of the old one. */
    private void lockAgain(Handle open) {
        boolean held = open.createQuery("""
                        select exists (
                          select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() and granted
                        )""").mapTo(Boolean.class).one();
        if (!held) {
            lock(open, pipeline);
        }
    }

    private int renew(Handle open) {
        return open.createUpdate("""
                        update idem.writer_lease set seen_at = clock_timestamp()
                        where pipeline = :pipeline and writer = :writer""")
                .bind("pipeline", pipeline)
                .bind("writer", writer)
                .execute();
    }

    private void closeSession() {
        Handle open = session;
        session = null;
        Sessions.giveUp(open);
    }

    /** Gives the lease back: a sink that stands by takes over at once. */
    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closeSession();
    }
}
