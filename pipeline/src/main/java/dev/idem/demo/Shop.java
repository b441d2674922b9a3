package dev.idem.demo;

import dev.idem.process.DatabaseAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shop: several desks that sell at once, each on a connection of its own, until it closes.
 *
 * <p><i>Threads:</i> one thread for each desk; the methods belong to one thread, except {@link #transactions}.
 *
 * <p><i>Fails:</i> not by throwing: {@link #failure} names what ended a desk.
 */
final class Shop implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Shop.class);
    private static final int DESKS = 3;
    private static final Duration LONGEST_THOUGHT = Duration.ofMillis(16);
    private static final String DEADLOCK = "40P01";

    private final DatabaseAddress source;
    private final List<Thread> desks = new ArrayList<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    /** Held for reading during each act, for writing while the shop pauses. */
    private final ReentrantReadWriteLock open = new ReentrantReadWriteLock(true);

    private final AtomicLong transactions = new AtomicLong();
    private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();

    private Shop(DatabaseAddress source) {
        this.source = source;
    }

    /** Opens the shop. */
    static Shop open(DatabaseAddress source, long seed) {
        Shop shop = new Shop(source);
        for (int desk = 1; desk <= DESKS; desk++) {
            int till = desk;
            Thread thread = new Thread(() -> shop.work(till, new Random(seed + till)), "shop-desk-" + desk);
            thread.setDaemon(true);
            shop.desks.add(thread);
            thread.start();
        }
        return shop;
    }

    /** How many transactions it has made, those rolled back among them. */
    long transactions() {
        return transactions.get();
    }

    /** What ended a desk. */
    Optional<RuntimeException> failure() {
        return Optional.ofNullable(failure.get());
    }

    /** Returns when every desk is at rest. */
    void pause() {
        open.writeLock().lock();
    }

    /** Goes on after {@link #pause}, on the same thread. */
    void resume() {
        open.writeLock().unlock();
    }

    private void work(int till, Random random) {
        try (Handle handle = DemoDatabase.open(source, "idem demo shop")) {
            ShopDesk desk = new ShopDesk(handle, random, till);
            while (!closing.await(random.nextInt((int) LONGEST_THOUGHT.toMillis()), TimeUnit.MILLISECONDS)) {
                perform(handle, desk, ShopAct.any(random));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            failure.compareAndSet(null, e);
            LOG.error("a desk of the shop closed till={} reason=\"{}\"", till, e.getMessage(), e);
        }
    }

    private void perform(Handle handle, ShopDesk desk, ShopAct act) {
        open.readLock().lock();
        try {
            if (closing.getCount() == 0) {
                return;
            }
            act.perform(handle, desk);
        } catch (JdbiException e) {
            if (!(e.getCause() instanceof PSQLException sql) || !DEADLOCK.equals(sql.getSQLState())) {
                throw e;
            }
            LOG.debug("deadlock act={}", act);
        } finally {
            open.readLock().unlock();
        }
        transactions.incrementAndGet();
    }

    /** Closes for good and waits for the desks; also ends a pause. */
    @Override
    public void close() {
        closing.countDown();
        if (open.isWriteLockedByCurrentThread()) {
            resume();
        }
        for (Thread desk : desks) {
            try {
                desk.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
