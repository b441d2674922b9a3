package dev.idem.capture;

import dev.idem.testing.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;
import java.util.StringJoiner;

/**
 * Writes transactions to {@code <schema>.t (id int primary key, v text)} and counts the events that they must give.
 *
 * <p>Many rows in one statement share neighbouring positions, a COPY's rows share one, key changes are two events of
 * one record: what a restart at the wrong place would tear.
 */
final class TestWorkload {

    private final TestPostgres source;
    private final String table;
    private final Random random;
    private int nextId = 1;
    private long events;

    TestWorkload(TestPostgres source, String schema, long seed) {
        this.source = source;
        this.table = schema + ".t";
        this.random = new Random(seed);
    }

    /** How many events everything so far must give. */
    long events() {
        return events;
    }

    void transactions(int count) throws SQLException {
        try (Connection connection = source.connect()) {
            connection.setAutoCommit(false);
            for (int i = 0; i < count; i++) {
                transaction(connection);
                connection.commit();
            }
        }
    }

    private void transaction(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            switch (random.nextInt(5)) {
                case 0 -> copy(connection, 30 + random.nextInt(60));
                case 1 -> {
                    int rows = 1 + random.nextInt(20);
                    events += statement.executeUpdate(
                            "insert into " + table + " select i, 'inserted' from generate_series(" + nextId + ", "
                                    + (nextId + rows - 1) + ") i");
                    nextId += rows;
                }
                case 2 -> {
                    int moved = statement.executeUpdate(
                            "update " + table + " set id = " + nextId + " where id = " + anyId());
                    nextId += moved;
                    events += 2L * moved;
                }
                case 3 -> events += statement.executeUpdate("delete from " + table + " where id = " + anyId());
                default -> {
                    int from = anyId();
                    events += statement.executeUpdate("update " + table + " set v = 'updated " + random.nextInt()
                            + "' where id between " + from + " and " + (from + 15));
                }
            }
        }
    }

    private void copy(Connection connection, int rows) throws SQLException {
        StringJoiner lines = new StringJoiner("\n", "", "\n");
        for (int i = 0; i < rows; i++) {
            lines.add(nextId++ + "\tcopied");
        }
        try {
            events += connection
                    .unwrap(org.postgresql.PGConnection.class)
                    .getCopyAPI()
                    .copyIn("copy " + table + " from stdin", new java.io.StringReader(lines.toString()));
        } catch (java.io.IOException e) {
            throw new SQLException(e);
        }
    }

    private int anyId() {
        return 1 + random.nextInt(Math.max(1, nextId));
    }
}
