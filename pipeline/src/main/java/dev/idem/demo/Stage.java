package dev.idem.demo;

import dev.idem.change.TableId;
import dev.idem.config.Settings;
import dev.idem.config.SettingsLoader;
import dev.idem.process.ComparedPair;
import dev.idem.process.DatabaseAddress;
import dev.idem.process.EmbeddedServers;
import dev.idem.process.Pipeline;
import dev.idem.verify.Pace;
import dev.idem.verify.Verification;
import dev.idem.verify.Verifier;
import dev.idem.verify.VerifySettings;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The servers and the pipeline of the demo, set up as anyone would set them up.
 *
 * <p><i>Threads:</i> one thread.
 */
final class Stage implements AutoCloseable {

    private final Settings settings;
    private final EmbeddedServers servers;
    private final Pipeline pipeline;

    private Stage(Settings settings, EmbeddedServers servers, Pipeline pipeline) {
        this.settings = settings;
        this.servers = servers;
        this.pipeline = pipeline;
    }

    /** Starts source, warehouse and Kafka; the pipeline is ready and not started. */
    static Stage set(Path directory) {
        Settings settings = SettingsLoader.load(
                Optional.empty(),
                Map.of(),
                Map.of(
                        "idem.name", "demo",
                        "idem.data-dir", directory.toString(),
                        "source.url", "embedded",
                        "source.tables", ShopDatabase.SCHEMA + ".*",
                        "kafka.bootstrap.servers", "embedded",
                        "warehouse.url", "embedded"));
        EmbeddedServers servers = EmbeddedServers.start(settings);
        return new Stage(settings, servers, new Pipeline(settings, servers));
    }

    String pipelineName() {
        return settings.name();
    }

    String slot() {
        return settings.source().slot();
    }

    DatabaseAddress source() {
        return servers.source(settings);
    }

    DatabaseAddress warehouse() {
        return servers.warehouse(settings);
    }

    Pipeline pipeline() {
        return pipeline;
    }

    /** The name under which the sink's sessions stand in {@code pg_stat_activity} of the warehouse. */
    String sinkSession() {
        return Pipeline.warehouse(settings, warehouse()).applicationName();
    }

    /** Compares source and warehouse value by value: these tables, and all that the warehouse follows. */
    Verification compare(Collection<TableId> tables) {
        VerifySettings verification = new ComparedPair(settings, source(), warehouse())
                .comparing(
                        List.copyOf(tables), VerifySettings.Scope.FOLLOWED, VerifySettings.Limits.DEFAULT, Pace.FULL);
        return new Verifier(verification).verify(table -> {});
    }

    /** How to look inside, a line each. */
    String addresses() {
        return "source     " + address(source()) + "\nwarehouse  " + address(warehouse()) + "\nKafka      "
                + servers.bootstrapServers(settings);
    }

    private static String address(DatabaseAddress database) {
        String place = database.url().substring("jdbc:postgresql://".length());
        return "psql 'postgresql://" + database.user() + ":" + database.password() + "@" + place + "'\n           "
                + database.url() + "?user=" + database.user() + "&password=" + database.password();
    }

    @Override
    public void close() {
        try (servers) {
            pipeline.close();
        }
    }
}
