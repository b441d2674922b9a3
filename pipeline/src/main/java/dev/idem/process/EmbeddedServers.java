package dev.idem.process;

import dev.idem.config.Settings;
import dev.idem.embedded.EmbeddedKafka;
import dev.idem.embedded.EmbeddedPostgres;
import dev.idem.embedded.PostgresConfig;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The servers that the settings leave to us: each that has no address of its own is started here, with its data in the
 * data directory.
 *
 * <p><i>Threads:</i> one thread.
 */
public final class EmbeddedServers implements AutoCloseable {

    private static final String DATABASE = "postgres";

    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private @Nullable EmbeddedPostgres source;
    private @Nullable EmbeddedPostgres warehouse;
    private @Nullable EmbeddedKafka kafka;

    private EmbeddedServers() {}

    /**
     * Starts what the settings need.
     *
     * @throws dev.idem.embedded.EmbeddedServerException where one does not start; none is left running then
     */
    public static EmbeddedServers start(Settings settings) {
        EmbeddedServers servers = new EmbeddedServers();
        try {
            servers.startNeeded(settings);
            return servers;
        } catch (RuntimeException e) {
            servers.close();
            throw e;
        }
    }

    private void startNeeded(Settings settings) {
        if (settings.role().captures() && settings.source().database().url().isEmpty()) {
            source = keep(EmbeddedPostgres.start(
                    PostgresConfig.in(settings.dataDirectory().resolve("source"))
                            .onPort(settings.source().database().embeddedPort())));
        }
        if (settings.role().applies() && settings.warehouse().url().isEmpty()) {
            warehouse = keep(EmbeddedPostgres.start(
                    PostgresConfig.in(settings.dataDirectory().resolve("warehouse"))
                            .onPort(settings.warehouse().embeddedPort())
                            .with(Map.of("wal_level", "replica"))));
        }
        if (settings.kafka().bootstrapServers().isEmpty()) {
            kafka = keep(EmbeddedKafka.start(ReachedLog.embedded(settings)));
        }
    }

    private <T extends AutoCloseable> T keep(T server) {
        started.push(server);
        return server;
    }

    /** How the source is reached: the user's server, or ours. */
    public DatabaseAddress source(Settings settings) {
        return address(settings.source().database(), source);
    }

    /** How the warehouse is reached: the user's server, or ours. */
    public DatabaseAddress warehouse(Settings settings) {
        return address(settings.warehouse(), warehouse);
    }

    /** The brokers that clients ask first: the user's, or ours. */
    public String bootstrapServers(Settings settings) {
        EmbeddedKafka ours = kafka;
        return ours == null ? settings.kafka().bootstrapServers().orElse("") : ours.bootstrapServers();
    }

    /** The embedded source, where it is ours. */
    public Optional<EmbeddedPostgres> ownSource() {
        return Optional.ofNullable(source);
    }

    /** The embedded warehouse, where it is ours. */
    public Optional<EmbeddedPostgres> ownWarehouse() {
        return Optional.ofNullable(warehouse);
    }

    private static DatabaseAddress address(Settings.DatabaseSettings settings, @Nullable EmbeddedPostgres ours) {
        if (ours == null) {
            return new DatabaseAddress(
                    settings.url().orElse(""),
                    settings.user(),
                    settings.password().reveal());
        }
        return new DatabaseAddress(
                ours.address().jdbcUrl(DATABASE),
                ours.address().user(),
                ours.address().password());
    }

    /** Stops what was started, the last one first. */
    @Override
    public void close() {
        RuntimeException failure = null;
        while (!started.isEmpty()) {
            try {
                started.pop().close();
            } catch (RuntimeException e) {
                failure = e;
            } catch (Exception e) {
                failure = new IllegalStateException("stopping an embedded server", e);
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
