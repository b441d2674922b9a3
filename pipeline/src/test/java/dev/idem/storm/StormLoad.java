package dev.idem.storm;

import dev.idem.testing.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clients that work on the source until they are told to stop; a client whose server is gone comes again.
 *
 * <p>Whether a transaction whose answer was lost has happened is of no interest: what the source holds at the end is
 * what counts. Each waits a few milliseconds between its transactions; {@code -Didem.storm.think-ms=0} takes that away.
 *
 * <p><i>Threads:</i> one for each client.
 */
final class StormLoad implements AutoCloseable {

    private static final long PAUSE_MS = 200;

    /** Clients that never rest leave the servers and processes of a small machine no time to start in. */
    private static final long THINK_MS = Long.getLong("idem.storm.think-ms", 5);

    private final TestPostgres source;
    private final String database;
    private final Random seeds;
    private final List<Thread> threads = new ArrayList<>();
    private final List<Process> programs = new ArrayList<>();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final AtomicLong committed = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();

    StormLoad(TestPostgres source, String database, long seed) {
        this.source = source;
        this.database = database;
        this.seeds = new Random(seed);
    }

    /** Starts so many clients of a kind. */
    StormLoad start(int clients, StormClient client) {
        for (int i = 0; i < clients; i++) {
            Random random = new Random(seeds.nextLong());
            Thread thread = new Thread(() -> work(client, random), "storm client " + threads.size());
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
        return this;
    }

    /** Lets the program {@code pgbench} do the bank's work with four clients. */
    StormLoad startPgbench(String program, Path directory, long seconds) {
        ProcessBuilder pgbench = new ProcessBuilder(
                program,
                "-n",
                "-c",
                "4",
                "-j",
                "2",
                "-T",
                Long.toString(seconds),
                "-h",
                "127.0.0.1",
                "-p",
                Integer.toString(source.port()),
                "-U",
                source.user(),
                database);
        pgbench.environment().put("PGPASSWORD", source.password());
        try {
            programs.add(pgbench.redirectErrorStream(true)
                    .redirectOutput(directory.resolve("pgbench.log").toFile())
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    private void work(StormClient client, Random random) {
        while (stopping.getCount() > 0) {
            try (Connection connection = source.connect(database)) {
                connection.setAutoCommit(false);
                while (stopping.getCount() > 0) {
                    transaction(client, connection, random);
                    pause(THINK_MS);
                }
            } catch (SQLException e) {
                if (pause(PAUSE_MS)) {
                    return;
                }
            }
        }
    }

    /** A deadlock or a key that is taken is the client's bad luck; only a broken connection goes further. */
    private void transaction(StormClient client, Connection connection, Random random) throws SQLException {
        try {
            client.transaction(connection, random);
            connection.commit();
            committed.incrementAndGet();
        } catch (SQLException e) {
            refused.incrementAndGet();
            connection.rollback();
        }
    }

    /** Waits, at the most until it is stopped; true where it is. */
    private boolean pause(long millis) {
        try {
            return stopping.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Transactions that our own clients have committed. */
    long committed() {
        return committed.get();
    }

    /** Transactions that our own clients could not commit. */
    long refused() {
        return refused.get();
    }

    /** Ends the load and waits until nothing of it is open. */
    void stop() {
        stopping.countDown();
        try {
            for (Thread thread : threads) {
                thread.join();
            }
            for (Process program : programs) {
                program.destroy();
                program.waitFor();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stop();
    }
}
