package dev.idem.source;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/**
 * The encoding of the source's database. The server brings text of every encoding into UTF-8; only of SQL_ASCII it does
 * not know what the bytes mean, and hands them on as they are.
 *
 * <p><i>Threads:</i> stateless.
 *
 * <p><i>Source:</i> PostgreSQL, "Character Set Support".
 */
public final class SourceEncoding {

    private SourceEncoding() {}

    /** What may go wrong with the database's text; empty where nothing may. */
    public static Optional<String> doubt(Connection connection) {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select current_setting('server_encoding')")) {
            return row.next() && row.getString(1).equals("SQL_ASCII")
                    ? Optional.of("the database's encoding is SQL_ASCII, so it may hold text that is not UTF-8: each"
                            + " byte of that arrives as U+FFFD (expected: an encoding that tells what the bytes mean)")
                    : Optional.empty();
        } catch (SQLException e) {
            throw SourceFault.of("asking for the database's encoding", e);
        }
    }
}
