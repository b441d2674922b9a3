package dev.idem.source;

import dev.idem.change.Lsn;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the source says of its WAL and of the capture's slot, for those who watch. Reads only, on a connection of its
 * own.
 *
 * <p><i>Threads:</i> one thread.
 *
 * <p><i>Fails:</i> with a {@link dev.idem.error.PipelineException} of the source's kinds; the next call connects again.
 */
public final class SourceView implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SourceView.class);
    private static final String TIMEOUT_SECONDS = "10";

    /** {@code wal_status} and {@code safe_wal_size} exist from PostgreSQL 13 on. */
    private static final String QUERY = """
            select
                head.lsn::text,
                slot.slot_name is not null,
                slot.active,
                slot.wal_status,
                slot.restart_lsn::text,
                slot.confirmed_flush_lsn::text,
                head.lsn - slot.restart_lsn,
                slot.safe_wal_size,
                pg_size_bytes(limits.setting || limits.unit),
                sender.sent_lsn::text
            from (
                select case when pg_is_in_recovery()
                    then pg_last_wal_replay_lsn() else pg_current_wal_flush_lsn() end as lsn
            ) head
            left join pg_replication_slots slot on slot.slot_name = ?
            left join pg_stat_replication sender on sender.pid = slot.active_pid
            left join pg_settings limits on limits.name = 'max_slot_wal_keep_size' and limits.setting <> '-1'
            """;

    private final SourceSettings settings;
    private @Nullable Connection connection;

    /** A view that is not yet connected. */
    public SourceView(SourceSettings settings) {
        this.settings = settings;
    }

    /**
     * The source at one moment.
     *
     * @param walHead the end of the WAL that is safe on disk
     * @param sent up to where the server has sent the stream; empty while nobody receives it
     * @param slot empty where there is none
     */
    public record Reading(Lsn walHead, Optional<Lsn> sent, Optional<Slot> slot) {}

    /**
     * The capture's replication slot.
     *
     * @param isActive whether a capture receives from it
     * @param walStatus {@code reserved}, {@code extended}, {@code unreserved} or {@code lost}; empty where the server
     *     does not say
     * @param restartLsn from where on the server keeps WAL
     * @param confirmedFlush up to where the capture has confirmed
     * @param retainedBytes WAL that the server keeps for it; 0 where it keeps none
     * @param safeBytes how much more may be written before the slot can be lost; empty without a limit
     * @param limitBytes {@code max_slot_wal_keep_size}; empty without a limit
     */
    public record Slot(
            String name,
            boolean isActive,
            String walStatus,
            Optional<Lsn> restartLsn,
            Optional<Lsn> confirmedFlush,
            long retainedBytes,
            Optional<Long> safeBytes,
            Optional<Long> limitBytes) {}

    /** Asks the source. */
    public Reading read() {
        try (PreparedStatement statement = connected().prepareStatement(QUERY)) {
            statement.setString(1, settings.slot());
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    throw new SQLException("no row (expected: one)");
                }
                return reading(row);
            }
        } catch (SQLException e) {
            close();
            throw SourceFault.of("reading the state of the source " + settings.address(), e);
        }
    }

    private Reading reading(ResultSet row) throws SQLException {
        Optional<Slot> slot = row.getBoolean(2)
                ? Optional.of(new Slot(
                        settings.slot(),
                        row.getBoolean(3),
                        Optional.ofNullable(row.getString(4)).orElse(""),
                        lsn(row, 5),
                        lsn(row, 6),
                        Math.max(0, row.getLong(7)),
                        number(row, 8),
                        number(row, 9)))
                : Optional.empty();
        return new Reading(Lsn.parse(row.getString(1)), lsn(row, 10), slot);
    }

    private static Optional<Lsn> lsn(ResultSet row, int column) throws SQLException {
        return Optional.ofNullable(row.getString(column)).map(Lsn::parse);
    }

    private static Optional<Long> number(ResultSet row, int column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? Optional.empty() : Optional.of(value);
    }

    private Connection connected() throws SQLException {
        Connection open = connection;
        if (open == null) {
            Properties options = SourceDatabase.options(settings);
            options.setProperty("ApplicationName", "idem status");
            options.setProperty("connectTimeout", TIMEOUT_SECONDS);
            options.setProperty("socketTimeout", TIMEOUT_SECONDS);
            options.setProperty("options", "-c search_path=pg_catalog");
            open = DriverManager.getConnection(settings.url(), options);
            open.setReadOnly(true);
            connection = open;
        }
        return open;
    }

    @Override
    public void close() {
        Connection open = connection;
        connection = null;
        if (open != null) {
            try {
                open.close();
            } catch (SQLException e) {
                LOG.debug("closing a connection that only reads", e);
            }
        }
    }
}
