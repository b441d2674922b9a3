package dev.idem.storm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.idem.config.SettingsLoader;
import dev.idem.process.EmbeddedServers;
import dev.idem.process.Pipeline;
import dev.idem.testing.TestDirectory;
import dev.idem.testing.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One pipeline from a bank and an archive to a warehouse: its databases, its settings, and the comparison at the end.
 *
 * <p><i>Threads:</i> one thread.
 */
final class Storm implements AutoCloseable {

    private static int count;

    private final StormServers servers;
    private final String name = "storm_" + ++count;
    private final Path directory = TestDirectory.create("storm");
    private final Map<String, String> settings;
    private final Bank bank;

    Storm(StormServers servers, int accounts) throws SQLException {
        this.servers = servers;
        this.bank = new Bank(accounts);
        this.settings = servers.settings(name, directory);
        servers.source().executeIn(name, bank.schema().toArray(String[]::new));
        servers.source().executeIn(name, Archive.schema().toArray(String[]::new));
    }

    Storm with(String key, String value) {
        settings.put(key, value);
        return this;
    }

    /** The settings as they stand. */
    Map<String, String> settings() {
        return Map.copyOf(settings);
    }

    String name() {
        return name;
    }

    Path directory() {
        return directory;
    }

    /** Starts the program on these settings and on what else is said. */
    IdemProcess startIdem(String log, Map<String, String> more) {
        return IdemProcess.start(settingsFile(log, more), directory.resolve(log + ".log"));
    }

    /** Starts one of the program's other commands on these settings. */
    IdemProcess startCommand(String command, String... options) {
        List<String> arguments = new ArrayList<>(
                List.of(command, "-c", settingsFile(command, Map.of()).toString()));
        arguments.addAll(List.of(options));
        return IdemProcess.start(directory.resolve(command + ".log"), arguments);
    }

    private Path settingsFile(String name, Map<String, String> more) {
        Map<String, String> all = new LinkedHashMap<>(settings);
        all.putAll(more);
        String text = all.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue() + "\n")
                .collect(Collectors.joining());
        try {
            return Files.writeString(directory.resolve(name + ".properties"), text, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a pipeline in this process on these settings and on what else is said. */
    Pipeline startPipeline(Map<String, String> more) {
        Map<String, String> all = new LinkedHashMap<>(settings);
        all.putAll(more);
        var loaded = SettingsLoader.load(Optional.empty(), Map.of(), all);
        Pipeline pipeline = new Pipeline(loaded, EmbeddedServers.start(loaded));
        pipeline.start();
        return pipeline;
    }

    IdemProcess startIdem() {
        return startIdem("idem", Map.of());
    }

    /** Four clients of the bank and one of the archive. */
    StormLoad startLoad(long seed) {
        return new StormLoad(servers.source(), name, seed).start(4, bank).start(1, new Archive());
    }

    /** As {@link #startLoad(long)}, by the program {@code pgbench} where the plan names it. */
    StormLoad startLoad(StormPlan plan) {
        return plan.pgbench().isEmpty()
                ? startLoad(plan.seed())
                : new StormLoad(servers.source(), name, plan.seed())
                        .startPgbench(
                                plan.pgbench().get(), directory, plan.duration().toSeconds())
                        .start(1, new Archive());
    }

    WarehouseReader startReader() {
        return WarehouseReader.start(servers.warehouse(), name, name);
    }

    void source(String... statements) throws SQLException {
        servers.source().executeIn(name, statements);
    }

    void warehouse(String... statements) throws SQLException {
        servers.warehouse().executeIn(name, statements);
    }

    Connection connectWarehouse() throws SQLException {
        return servers.warehouse().connect(name);
    }

    String sourceValue(String sql) {
        return value(servers.source(), sql);
    }

    String warehouseValue(String sql) {
        return value(servers.warehouse(), sql);
    }

    /** The number of the last cut that the warehouse holds; 0 where it cannot be asked. */
    long cut() {
        try {
            String cut = warehouseValue("select cut from idem.progress where pipeline = '" + name + "'");
            return cut.isEmpty() ? 0 : Long.parseLong(cut);
        } catch (IllegalStateException e) {
            return 0;
        }
    }

    /** Waits until the warehouse has moved on by some cuts. */
    void awaitProgress(int cuts) {
        long from = cut();
        await().atMost(Duration.ofSeconds(90)).until(() -> cut() >= from + cuts);
    }

    /** Waits until the warehouse holds a whole snapshot. */
    void awaitConsistent(Duration patience) {
        await().atMost(patience)
                .ignoreExceptions()
                .until(() -> warehouseValue("select consistent from idem.progress where pipeline = '" + name + "'")
                        .equals("t"));
    }

    /** Waits until the warehouse is where the source is now; {@code check} fails where that can no more be. */
    void awaitCaughtUp(Duration patience, Runnable check) {
        String head = sourceValue("select pg_current_wal_insert_lsn()");
        await().atMost(patience)
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptionsInstanceOf(IllegalStateException.class)
                .until(() -> {
                    check.run();
                    source("select pg_logical_emit_message(true, 'test', '')");
                    return warehouseValue("select consistent and commit_lsn >= '" + head
                                    + "' from idem.progress where pipeline = '" + name + "'")
                            .equals("t");
                });
    }

    /** Every table is the same on both sides, and nothing was set aside. */
    void assertEqual() throws SQLException {
        List<String> differences = new ArrayList<>();
        for (String table :
                Stream.concat(Bank.TABLES.stream(), Stream.of(Archive.TABLE)).toList()) {
            try (Connection source = servers.source().connect(name);
                    Connection warehouse = servers.warehouse().connect(name)) {
                differences.addAll(TableComparison.differences(source, warehouse, table));
            }
        }
        assertThat(differences).isEmpty();
        assertThat(warehouseValue("select count(*) from idem.dead_letter")).isEqualTo("0");
    }

    private String value(TestPostgres server, String sql) {
        try (Connection connection = server.connect(name);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? String.valueOf(rows.getString(1)) : "";
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    @Override
    public void close() {
        await().atMost(Duration.ofSeconds(20)).ignoreExceptions().until(() -> {
            source(
                    "select pg_drop_replication_slot(slot_name) from pg_replication_slots where database = current_database()");
            return true;
        });
        TestDirectory.delete(directory);
    }
}
