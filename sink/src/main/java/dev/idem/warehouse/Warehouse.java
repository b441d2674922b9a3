package dev.idem.warehouse;

import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.exception.FlywayValidateException;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.jdbi.v3.core.statement.TemplateEngine;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;

/**
 * The warehouse as the sink reaches it: connections whose sessions print and read values as the log holds them, and the
 * control schema.
 *
 * <p><i>Threads:</i> thread-safe; each handle belongs to one thread.
 */
public final class Warehouse {

    /** Session settings under which PostgreSQL's text of a value is complete and the same everywhere. */
    public static final Map<String, String> SESSION = Map.of(
            "DateStyle", "ISO, YMD",
            "IntervalStyle", "postgres",
            "TimeZone", "UTC",
            "extra_float_digits", "3",
            "bytea_output", "hex",
            "xmloption", "content",
            "lc_monetary", "C",
            "array_nulls", "on",
            "standard_conforming_strings", "on",
            "idle_in_transaction_session_timeout", "0");

    /** Lifts the role's limits of time, as far as the server knows them: a cut takes as long as it takes. */
    private static final String UNHURRIED = "select set_config(name, '0', false) from pg_settings where name in"
            + " ('statement_timeout', 'transaction_timeout', 'idle_session_timeout')";

    private static final String CONTROL_SCHEMA = "idem";
    private static final String INSUFFICIENT_PRIVILEGE = "42501";
    private static final int SERVER_PREPARE_AFTER = 2;

    private final WarehouseSettings settings;
    private final String applicationName;
    private final Jdbi jdbi;

    /** A warehouse that is not yet reached. */
    public Warehouse(WarehouseSettings settings, String applicationName) {
        this.settings = settings;
        this.applicationName = applicationName;
        this.jdbi = Jdbi.create(() -> DriverManager.getConnection(settings.url(), driverProperties()));
        jdbi.setTemplateEngine(TemplateEngine.NOP);
        jdbi.getConfig(SqlStatements.class).setSqlParser(new StatementParser());
        jdbi.getConfig(StatementExceptions.class)
                .setMessageRendering(exception -> String.valueOf(exception.getShortMessage()));
    }

    private Properties driverProperties() {
        Properties properties = new Properties();
        properties.setProperty("prepareThreshold", String.valueOf(SERVER_PREPARE_AFTER));
        properties.setProperty("connectTimeout", "10");
        properties.setProperty("socketTimeout", "0");
        properties.setProperty("tcpKeepAlive", "true");
        properties.putAll(settings.properties());
        properties.setProperty("logServerErrorDetail", "false");
        properties.setProperty("ApplicationName", applicationName);
        return properties;
    }

    /** The same warehouse for sessions of another name. */
    public Warehouse named(String otherApplicationName) {
        return new Warehouse(settings, otherApplicationName);
    }

    /** The name under which our sessions stand in {@code pg_stat_activity}. */
    public String applicationName() {
        return applicationName;
    }

    /**
     * Opens a session.
     *
     * @throws PipelineException of the warehouse's kinds
     */
    public Handle open() {
        Handle handle = connect();
        try {
            SESSION.forEach((name, value) -> handle.createQuery("select set_config(:name, :value, false)")
                    .bind("name", name)
                    .bind("value", value)
                    .mapTo(String.class)
                    .one());
            handle.createQuery(UNHURRIED).mapTo(String.class).list();
            handle.execute("set default_transaction_isolation = 'read committed'");
            leaveTriggersOut(handle);
            return handle;
        } catch (JdbiException e) {
            try (handle) {
                throw WarehouseFailure.of("setting up a session of the warehouse", e);
            }
        }
    }

    private Handle connect() {
        try {
            return jdbi.open();
        } catch (ConnectionException e) {
            throw WarehouseFailure.of("connecting to the warehouse at " + settings.url(), e);
        }
    }

    /**
     * What triggers, cascades and checks of foreign keys do, the source has done: our sessions write without them,
     * where the role may choose that. Where it may not, they fire.
     */
    private static void leaveTriggersOut(Handle handle) {
        try {
            handle.execute("set session_replication_role = replica");
        } catch (UnableToExecuteStatementException e) {
            SQLException sql = WarehouseFailure.find(e);
            if (sql == null || !INSUFFICIENT_PRIVILEGE.equals(sql.getSQLState())) {
                throw e;
            }
        }
    }

    /**
     * Brings the control schema up to date; takes a lock, so that two starts at once do not collide.
     *
     * @throws PipelineException of the warehouse's kinds; each migration happened whole or not at all.
     *     {@link ErrorKind#CONTROL_SCHEMA} where the schema is another version's: nothing happened then
     */
    public void migrate() {
        try {
            Flyway.configure()
                    .dataSource(
                            settings.url(),
                            settings.properties().get("user"),
                            settings.properties().get("password"))
                    .jdbcProperties(settings.properties())
                    .schemas(CONTROL_SCHEMA)
                    .defaultSchema(CONTROL_SCHEMA)
                    .createSchemas(true)
                    .table("schema_version")
                    .locations("classpath:dev/idem/sql/warehouse")
                    .placeholderReplacement(false)
                    .initSql(UNHURRIED)
                    .load()
                    .migrate();
        } catch (FlywayValidateException e) {
            throw new PipelineException(
                    ErrorKind.CONTROL_SCHEMA,
                    "the schema " + CONTROL_SCHEMA + " of the warehouse at " + settings.url()
                            + " is not what this version of Idem makes: " + reasons(e)
                            + " (expected: the migrations of this version, unchanged). Nothing was changed. Remedy: run"
                            + " the version that made it, or a younger one; or drop the schema and take a new snapshot,"
                            + " see docs/operations.md",
                    e);
        } catch (FlywayException e) {
            throw WarehouseFailure.of("bringing the control schema of the warehouse up to date", e);
        }
    }

    /** What Flyway found, in one line. */
    private static String reasons(FlywayValidateException failure) {
        return String.valueOf(failure.getMessage())
                .lines()
                .filter(line -> line.startsWith("Migration ") || line.startsWith("Detected "))
                .map(String::strip)
                .collect(Collectors.joining("; "));
    }
}
