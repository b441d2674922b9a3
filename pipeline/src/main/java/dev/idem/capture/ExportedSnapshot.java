package dev.idem.capture;

import dev.idem.change.Lsn;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.source.SourceDatabase;
import dev.idem.source.SourceFault;
import dev.idem.source.SourceSettings;
import dev.idem.sql.SqlIdentifier;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One consistent image of the source at a place of its WAL: a new replication slot's consistent point, and a session
 * that sees exactly what was committed before it.
 *
 * <p>Every transaction that commits behind the point is not seen, and every one that commits before it is, which no
 * ordinary transaction can promise: what it sees does not follow the WAL's order.
 *
 * <p><i>Threads:</i> one thread, except {@link #abort}.
 *
 * <p><i>Fails:</i> with {@link dev.idem.error.PipelineException}, classified by {@link SourceFault}.
 *
 * <p><i>Source:</i> PostgreSQL, "Streaming Replication Protocol", CREATE_REPLICATION_SLOT; "SET TRANSACTION SNAPSHOT".
 */
final class ExportedSnapshot implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ExportedSnapshot.class);
    private static final Executor SAME_THREAD = Runnable::run;
    private static final int MOST_TRIES = 5;

    private final SourceSettings settings;
    private final Slot slot;
    private volatile @Nullable Connection replication;
    private volatile @Nullable Connection session;
    private volatile boolean aborted;
    private @Nullable Lsn point;
    private String searchPath = "";
    private long openedMillis;

    /**
     * The slot to make.
     *
     * @param name its name
     * @param temporary whether it ends with this snapshot
     * @param failover whether standbys are to have it, from PostgreSQL 17 on
     * @param patienceSeconds how long at most to wait for the transactions that are open; 0 for ever
     */
    record Slot(String name, boolean temporary, boolean failover, int patienceSeconds) {
        String statement() {
            String options = failover ? "(SNAPSHOT 'export', FAILOVER true)" : "EXPORT_SNAPSHOT";
            return "CREATE_REPLICATION_SLOT " + quotedName() + ' ' + (temporary ? "TEMPORARY " : "")
                    + "LOGICAL pgoutput " + options;
        }

        String quotedName() {
            return SqlIdentifier.quoted(name);
        }
    }

    ExportedSnapshot(SourceSettings settings, Slot slot) {
        this.settings = settings;
        this.slot = slot;
    }

    /**
     * Makes the slot, waiting for the transactions that are open, and enters its snapshot.
     *
     * <p>A slot that will be decoded from is made again where the schema changed meanwhile, {@value #MOST_TRIES} times
     * at most.
     */
    void open() {
        try (Connection maker = DriverManager.getConnection(settings.url(), replicationOptions())) {
            replication = maker;
            requireNotAborted();
            SourceDatabase.unhurry(maker);
            if (slot.temporary()) {
                make(maker);
            } else {
                makeDecodable(maker);
            }
        } catch (SQLException e) {
            throw SourceFault.of("making replication slot " + slot.name() + " and its snapshot", e);
        }
    }

    private void make(Connection maker) throws SQLException {
        try (Statement statement = maker.createStatement()) {
            statement.setQueryTimeout(slot.patienceSeconds());
            try (ResultSet made = statement.executeQuery(slot.statement())) {
                made.next();
                point = Lsn.parse(made.getString(2));
                enter(made.getString(3));
            }
        }
    }

    /*
     * The server tracks what commits only once all transactions have ended that were open when the slot's making began
     * (the state BUILDING_SNAPSHOT of snapbuild.c ends). A change of schema that commits before that is unknown to the
     * image of the catalogue with which it decodes transactions that began afterwards and commit behind the slot's
     * point: it fails ("could not map filenumber") or decodes with the columns of before. The image is replaced soon
     * after, but such a slot must not be used. What the exported snapshot sees is right in any case: it is made last.
     */
    private void makeDecodable(Connection maker) throws SQLException {
        for (int tries = 1; tries <= MOST_TRIES; tries++) {
            DecodedCatalogue before = catalogueNow();
            make(maker);
            List<String> changed =
                    DecodedCatalogue.read(catalogue(), settings.publication()).changedSince(before);
            if (changed.isEmpty()) {
                return;
            }
            LOG.warn(
                    "replication slot is made again, the schema changed while it was made slot={} try={} changed={}",
                    slot.name(),
                    tries,
                    changed);
            drop(maker);
        }
        throw new PipelineException(
                ErrorKind.SOURCE_UNREACHABLE,
                "replication slot " + slot.name() + " was made " + MOST_TRIES + " times, and each time tables or types"
                        + " were changed meanwhile, so that the server could not decode them; remedy: begin when no"
                        + " schema is changed, or when no long transaction holds the making of the slot back");
    }

    private DecodedCatalogue catalogueNow() throws SQLException {
        try (SourceDatabase now = SourceDatabase.connect(settings)) {
            return DecodedCatalogue.read(now.connection(), settings.publication());
        }
    }

    private void drop(Connection maker) throws SQLException {
        connection().close();
        try (Statement statement = maker.createStatement()) {
            statement.execute("DROP_REPLICATION_SLOT " + slot.quotedName());
        }
    }

    private Properties replicationOptions() {
        Properties options = options();
        options.setProperty("replication", "database");
        options.setProperty("assumeMinServerVersion", "9.4");
        options.setProperty("preferQueryMode", "simple");
        return options;
    }

    private Properties options() {
        Properties options = SourceDatabase.options(settings);
        options.setProperty("socketTimeout", "0");
        return options;
    }

    private void enter(String snapshot) throws SQLException {
        Connection reader = DriverManager.getConnection(settings.url(), options());
        session = reader;
        requireNotAborted();
        SourceDatabase.unhurry(reader);
        try (Statement statement = reader.createStatement()) {
            statement.execute(SourceDatabase.SESSION);
            // A policy that hides rows is an error then, not a loss.
            statement.execute("set row_security to off");
            reader.setAutoCommit(false);
            statement.execute("set transaction isolation level repeatable read, read only");
            statement.execute("set transaction snapshot '" + snapshot.replace("'", "''") + "'");
            try (ResultSet row = statement.executeQuery(
                    "select current_setting('search_path'), (extract(epoch from now()) * 1000)::bigint")) {
                row.next();
                searchPath = row.getString(1);
                openedMillis = row.getLong(2);
            }
        }
    }

    private void requireNotAborted() throws SQLException {
        if (aborted) {
            throw new SQLException("stopped");
        }
    }

    /** The place in the WAL. */
    Lsn point() {
        return java.util.Objects.requireNonNull(point, "a snapshot that is open");
    }

    /** When the snapshot was entered, by the source's clock. */
    long openedMillis() {
        return openedMillis;
    }

    /** The session within the snapshot, as readers of the catalogue want it: every name with its schema. */
    Connection catalogue() throws SQLException {
        setSearchPath("pg_catalog");
        return connection();
    }

    /** The session within the snapshot, as the role's own sessions are, so that values print as in the stream. */
    Connection rows() throws SQLException {
        setSearchPath(searchPath);
        return connection();
    }

    private void setSearchPath(String path) throws SQLException {
        try (var statement = connection().prepareStatement("select set_config('search_path', ?, false)")) {
            statement.setString(1, path);
            statement.execute();
        }
    }

    private Connection connection() {
        return java.util.Objects.requireNonNull(session, "a snapshot that is open");
    }

    /** Ends whatever is going on; any thread. */
    void abort() {
        aborted = true;
        abort(replication);
        abort(session);
    }

    private static void abort(@Nullable Connection connection) {
        if (connection != null) {
            try {
                connection.abort(SAME_THREAD);
            } catch (SQLException e) {
                throw SourceFault.of("ending a session at the source", e);
            }
        }
    }

    @Override
    public void close() {
        abort(replication);
        abort(session);
    }
}
