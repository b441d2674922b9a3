package dev.idem.storm;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Random;

/** Somebody who works on the source. */
@FunctionalInterface
interface StormClient {
    /** Runs one transaction; the caller commits. */
    void transaction(Connection connection, Random random) throws SQLException;
}
