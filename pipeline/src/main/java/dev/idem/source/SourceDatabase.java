package dev.idem.source;

import dev.idem.capture.RowReader;
import dev.idem.change.Cut;
import dev.idem.change.Lsn;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;

/**
 * One ordinary connection to the source for what the stream does not tell.
 *
 * <p><i>Threads:</i> one thread.
 *
 * <p><i>Fails:</i> with {@link dev.idem.error.PipelineException}, classified by {@link SourceFault}.
 */
public final class SourceDatabase implements AutoCloseable {

    private static final int VERSION_WITH_MESSAGES = 140000;

    /**
     * Makes a session print values in one form, whatever the role's, the database's or the JVM's settings are: the
     * stream's, the snapshots' and a later comparison's.
     */
    public static final String SESSION = "set datestyle to 'ISO, YMD'; set intervalstyle to postgres;"
            + " set extra_float_digits to 1; set timezone to 'UTC'; set bytea_output to hex; set xmlbinary to base64;"
            + " set lc_monetary to 'C'; set quote_all_identifiers to off; set search_path to pg_catalog";

    /** Lifts the role's limits of time, as far as the server knows them: a table is read as long as that takes. */
    public static final String UNHURRIED = "select pg_catalog.set_config(name, '0', false) from pg_catalog.pg_settings"
            + " where name in ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout',"
            + " 'idle_session_timeout', 'transaction_timeout')";

    private final Connection connection;
    private final SourceSettings settings;

    private SourceDatabase(Connection connection, SourceSettings settings) {
        this.connection = connection;
        this.settings = settings;
    }

    /**
     * A session with the role's limits of time lifted, which its owner closes.
     *
     * @throws PipelineException where the source refuses it or is away; nothing is open then
     */
    public static SourceDatabase connect(SourceSettings settings) {
        // Then the catalogue's functions write every name of another schema with its schema.
        Properties options = options(settings);
        options.setProperty("options", "-c search_path=pg_catalog");
        try {
            Connection connection = DriverManager.getConnection(settings.url(), options);
            unhurry(connection);
            return new SourceDatabase(connection, settings);
        } catch (SQLException e) {
            throw SourceFault.of("connecting to the source " + settings.address(), e);
        }
    }

    /** Lifts the role's limits of time in this session, which is closed where that fails. */
    public static void unhurry(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(UNHURRIED);
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** What every ordinary connection of the capture is opened with. */
    public static Properties options(SourceSettings settings) {
        Properties options = new Properties();
        options.setProperty("user", settings.user());
        options.setProperty("password", settings.password());
        options.setProperty("ApplicationName", "idem capture");
        options.setProperty("connectTimeout", "10");
        options.setProperty("socketTimeout", "60");
        options.setProperty("tcpKeepAlive", "true");
        options.setProperty("logServerErrorDetail", "false");
        return options;
    }

    /** The connection, for the readers of the catalogue; not to be closed. */
    public Connection connection() {
        return connection;
    }

    /** Which WAL history this is. */
    public Cut.SourceIdentity identity() {
        return query(
                "reading the source's identity",
                """
                select
                    s.system_identifier::text,
                    case when pg_is_in_recovery()
                        then c.timeline_id
                        else ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int
                    end,
                    current_database()
                from pg_control_system() s, pg_control_checkpoint() c
                """,
                row -> new Cut.SourceIdentity(row.getString(1), row.getInt(2), row.getString(3), settings.slot()));
    }

    /** The end of the WAL that is safe on disk. */
    public Lsn walEnd() {
        return query("reading the source's WAL position", """
                select case when pg_is_in_recovery()
                    then pg_last_wal_replay_lsn() else pg_current_wal_flush_lsn() end::text
                """, row -> Lsn.parse(row.getString(1)));
    }

    /** The end of the WAL as it is written: everything that has committed lies before it. */
    public Lsn walInsertEnd() {
        return query("reading the source's WAL position", """
                select case when pg_is_in_recovery()
                    then pg_last_wal_replay_lsn() else pg_current_wal_insert_lsn() end::text
                """, row -> Lsn.parse(row.getString(1)));
    }

    /** The capture's slot. */
    public Optional<SlotState> slot() {
        String sql = """
                select coalesce(plugin, ''), active_pid, confirmed_flush_lsn::text, coalesce(wal_status, '') = 'lost'
                from pg_replication_slots
                where slot_name = ?
                """;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, settings.slot());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(slotState(row)) : Optional.empty();
            }
        } catch (SQLException e) {
            throw SourceFault.of("reading replication slot " + settings.slot(), e);
        }
    }

    private static SlotState slotState(ResultSet row) throws SQLException {
        int pid = row.getInt(2);
        OptionalInt activePid = row.wasNull() ? OptionalInt.empty() : OptionalInt.of(pid);
        String confirmed = row.getString(3);
        return new SlotState(
                row.getString(1), activePid, confirmed == null ? Lsn.ZERO : Lsn.parse(confirmed), row.getBoolean(4));
    }

    /** Drops the capture's slot. */
    public void dropSlot() {
        try (PreparedStatement statement = connection.prepareStatement("select pg_drop_replication_slot(?)")) {
            statement.setString(1, settings.slot());
            statement.execute();
        } catch (SQLException e) {
            throw SourceFault.of("dropping replication slot " + settings.slot(), e);
        }
    }

    /**
     * Writes a position into the WAL that the stream will bring: a message, or before PostgreSQL 14, whose output
     * plugin sends no messages, an empty transaction.
     */
    public Lsn emitHeartbeat() {
        return query(
                "writing a heartbeat",
                "select pg_logical_emit_message("
                        + "current_setting('server_version_num')::int < " + VERSION_WITH_MESSAGES
                        + ", 'idem', '')::text",
                row -> Lsn.parse(row.getString(1)));
    }

    /**
     * The transaction that has been open longest and what it does, where one has been open for at least
     * {@code seconds}.
     */
    public Optional<String> oldestTransaction(int seconds) {
        return query(
                "looking for long transactions", """
                select (
                    select 'process ' || pid || ' of ' || coalesce(usename, '?') || ', open since ' || xact_start
                    from pg_stat_activity
                    where backend_xid is not null and xact_start < now() - make_interval(secs => %d)
                    order by xact_start
                    limit 1)
                """.formatted(seconds), row -> Optional.ofNullable(row.getString(1)));
    }

    /** Reads one row. */
    @FunctionalInterface
    interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }

    private <T> T query(String doing, String sql, RowReader<T> reader) {
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet row = statement.executeQuery()) {
            if (!row.next()) {
                throw new SQLException("no row (expected: one)");
            }
            return reader.read(row);
        } catch (SQLException e) {
            throw SourceFault.of(doing, e);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw SourceFault.of("closing the connection to the source", e);
        }
    }
}
