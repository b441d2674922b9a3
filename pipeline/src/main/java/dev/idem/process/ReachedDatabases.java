package dev.idem.process;

import dev.idem.config.Settings;
import dev.idem.embedded.EmbeddedPostgres;
import dev.idem.embedded.PostgresAddress;
import dev.idem.embedded.PostgresConfig;
import dev.idem.embedded.RunningPostgres;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;

/**
 * Both databases for a command that looks at them while a pipeline may be running: the user's own, the embedded ones of
 * the running process, or embedded ones started for as long as the command takes.
 *
 * <p><i>Threads:</i> one thread.
 */
public final class ReachedDatabases implements AutoCloseable {

    private static final String DATABASE = "postgres";

    private final Deque<EmbeddedPostgres> started = new ArrayDeque<>();
    private final Settings settings;

    /** Databases that are reached when they are asked for. */
    public ReachedDatabases(Settings settings) {
        this.settings = settings;
    }

    /**
     * How the source is reached.
     *
     * @throws PipelineException {@link ErrorKind#SETTINGS} where the role of the settings needs none and they name none
     */
    public DatabaseAddress source() {
        return reach(
                "source",
                settings.source().database(),
                settings.role().captures(),
                PostgresConfig.in(settings.dataDirectory().resolve("source")));
    }

    /**
     * How the warehouse is reached.
     *
     * @throws PipelineException {@link ErrorKind#SETTINGS} where the role of the settings needs none and they name none
     */
    public DatabaseAddress warehouse() {
        return reach(
                "warehouse",
                settings.warehouse(),
                settings.role().applies(),
                PostgresConfig.in(settings.dataDirectory().resolve("warehouse")).with(Map.of("wal_level", "replica")));
    }

    private DatabaseAddress reach(
            String side, Settings.DatabaseSettings database, boolean isOfRole, PostgresConfig embedded) {
        Optional<String> url = database.url();
        if (url.isPresent()) {
            return new DatabaseAddress(
                    url.get(), database.user(), database.password().reveal());
        }
        if (!isOfRole) {
            throw new PipelineException(
                    ErrorKind.SETTINGS,
                    side + ".url: not set (expected: jdbc:postgresql://host:port/database, because this command looks"
                            + " at both databases)");
        }
        PostgresAddress address =
                RunningPostgres.on(embedded.directory()).orElseGet(() -> start(embedded, database.embeddedPort()));
        return new DatabaseAddress(address.jdbcUrl(DATABASE), address.user(), address.password());
    }

    private PostgresAddress start(PostgresConfig config, int port) {
        EmbeddedPostgres server = EmbeddedPostgres.start(config.onPort(port));
        started.push(server);
        return server.address();
    }

    /** Stops what was started here. */
    @Override
    public void close() {
        while (!started.isEmpty()) {
            started.pop().close();
        }
    }
}
