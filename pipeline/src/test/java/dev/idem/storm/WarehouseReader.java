package dev.idem.storm;

import dev.idem.testing.TestPostgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who looks at the warehouse five times a second, adds up the bank and goes through the archive.
 *
 * <p>In each look, which is one repeatable-read transaction: the four sums are equal, nothing is younger than
 * {@code idem.progress} says, and that never falls; the version of no document falls, none that was gone is back with
 * an older version, and none is there that was rolled back.
 *
 * <p><i>Threads:</i> one of its own; results may be read by any.
 */
final class WarehouseReader implements AutoCloseable {

    private static final long PAUSE_MS = 200;

    /** The position, as a text that sorts. */
    private static final String POSITION = """
            select consistent, idem.version_text(epoch, commit_lsn, 0) from idem.progress where pipeline = '""";

    private static final String YOUNGEST = """
            select coalesce(max(idem.version_text(_idem_epoch, _idem_lsn, 0) collate "C"), '')
            from (
              (select _idem_epoch, _idem_lsn from pgbench_history order by _idem_epoch desc, _idem_lsn desc limit 1)
              union all
              (select _idem_epoch, _idem_lsn from pgbench_branches)
              union all
              (select _idem_epoch, _idem_lsn from pgbench_tellers)
            ) as versions""";

    private final TestPostgres warehouse;
    private final String database;
    private final String pipeline;
    private final Thread thread;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final List<String> violations = new ArrayList<>();
    private final DocumentVersions documents = new DocumentVersions();
    private String highest = "";
    private long looks;
    private long moves;
    private long misses;

    private WarehouseReader(TestPostgres warehouse, String database, String pipeline) {
        this.warehouse = warehouse;
        this.database = database;
        this.pipeline = pipeline;
        this.thread = new Thread(this::run, "warehouse reader");
        this.thread.setDaemon(true);
    }

    static WarehouseReader start(TestPostgres warehouse, String database, String pipeline) {
        WarehouseReader reader = new WarehouseReader(warehouse, database, pipeline);
        reader.thread.start();
        return reader;
    }

    private void run() {
        while (stopping.getCount() > 0) {
            try (Connection connection = warehouse.connect(database);
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
                while (!pause()) {
                    look(statement);
                    connection.rollback();
                }
            } catch (SQLException e) {
                missed();
                if (pause()) {
                    return;
                }
            }
        }
    }

    private synchronized void missed() {
        misses++;
    }

    private void look(Statement statement) throws SQLException {
        Position position = position(statement);
        if (position == null) {
            return;
        }
        String sums = position.consistent ? sums(statement) : "";
        String youngest = position.consistent ? text(statement, YOUNGEST) : "";
        List<String> wrongDocuments = position.consistent ? documents.look(statement) : List.of();
        judge(position, sums, youngest);
        found(wrongDocuments);
    }

    private synchronized void found(List<String> more) {
        violations.addAll(more);
    }

    private synchronized void judge(Position position, String sums, String youngest) {
        if (position.version.compareTo(highest) < 0) {
            violations.add("the position fell from " + highest + " to " + position.version);
        }
        if (position.version.compareTo(highest) > 0) {
            moves++;
            highest = position.version;
        }
        if (!position.consistent) {
            return;
        }
        looks++;
        if (!sums.isEmpty()) {
            violations.add("half a transaction at " + position.version + ": " + sums);
        }
        if (youngest.compareTo(position.version) > 0) {
            violations.add("a row of " + youngest + " where the position is " + position.version);
        }
    }

    private record Position(boolean consistent, String version) {}

    private @Nullable Position position(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery(POSITION + pipeline + "'")) {
            return row.next() ? new Position(row.getBoolean(1), row.getString(2)) : null;
        }
    }

    /** The four sums where they are not equal, else nothing. */
    private static String sums(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery(Bank.SUMS)) {
            row.next();
            List<Long> sums = List.of(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4));
            return sums.stream().distinct().count() == 1 ? "" : "accounts, tellers, branches, history: " + sums;
        }
    }

    private static String text(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    /** Waits for the next look; true where there is none any more. */
    private boolean pause() {
        try {
            return stopping.await(PAUSE_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** What it saw that must not be. */
    synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    /** How often it added up the bank. */
    synchronized long looks() {
        return looks;
    }

    /** How often it saw that the position had moved. */
    synchronized long moves() {
        return moves;
    }

    /** How often it could not look: nothing there yet, or the server was down. */
    synchronized long misses() {
        return misses;
    }

    /** Looks no more. */
    void stop() {
        stopping.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stop();
    }
}
