package dev.idem.control;

import dev.idem.change.TableId;
import dev.idem.consume.LogCoordinates;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.jdbi.v3.core.statement.StatementContext;

/** Reads a row of {@code idem.dead_letter}. */
public final class DeadLetterRow {

    private DeadLetterRow() {}

    /** Reads one row of {@code idem.dead_letter}. */
    public static DeadLetter map(ResultSet row, StatementContext context) throws SQLException {
        String table = row.getString("source_table");
        return new DeadLetter(
                row.getLong("id"),
                new LogCoordinates(row.getString("topic"), row.getInt("partition"), row.getLong("log_offset")),
                table == null ? Optional.empty() : Optional.of(new TableId(row.getString("source_schema"), table)),
                Optional.ofNullable(row.getString("version")),
                row.getString("reason"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getInt("attempts"),
                row.getObject("retry_requested_at") != null);
    }
}
