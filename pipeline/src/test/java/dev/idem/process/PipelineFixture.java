package dev.idem.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.idem.apply.RebuildWriter;
import dev.idem.apply.ReplayWriter;
import dev.idem.apply.Sink;
import dev.idem.apply.TableCount;
import dev.idem.change.Topics;
import dev.idem.config.Settings;
import dev.idem.config.SettingsLoader;
import dev.idem.replay.LogView;
import dev.idem.status.PipelineStatus;
import dev.idem.testing.TestDirectory;
import dev.idem.testing.TestKafka;
import dev.idem.testing.TestPostgres;
import dev.idem.verify.Pace;
import dev.idem.verify.RepairSettings;
import dev.idem.verify.Verification;
import dev.idem.verify.Verifier;
import dev.idem.verify.VerifySettings;
import dev.idem.warehouse.Warehouse;
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
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/**
 * A whole pipeline on real servers; each test has databases and a pipeline name of its own on servers that a class
 * shares.
 */
final class PipelineFixture implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration TOPICS_GO = Duration.ofSeconds(60);
    private static int count;

    private final Servers servers;
    private final String name = "p" + ++count;
    private final Path directory = TestDirectory.create("pipeline");
    private final Map<String, String> flags = new LinkedHashMap<>();
    private @Nullable Pipeline pipeline;

    /** Servers that a class of tests shares. */
    record Servers(TestPostgres source, TestPostgres warehouse, TestKafka kafka) implements AutoCloseable {
        static Servers start() {
            return new Servers(TestPostgres.start(), TestPostgres.start(), TestKafka.start());
        }

        /** Both databases of this major version. */
        static Servers start(String version) {
            return new Servers(TestPostgres.start(version), TestPostgres.start(version), TestKafka.start());
        }

        @Override
        public void close() {
            kafka.close();
            warehouse.close();
            source.close();
        }
    }

    PipelineFixture(Servers servers) throws SQLException {
        this.servers = servers;
        String sourceUrl = servers.source().createDatabase(name);
        String warehouseUrl = servers.warehouse().createDatabase(name);
        flags.put("idem.name", name);
        flags.put("idem.data-dir", directory.toString());
        flags.put("source.url", sourceUrl);
        flags.put("source.user", servers.source().user());
        flags.put("source.password", servers.source().password());
        flags.put("warehouse.url", warehouseUrl);
        flags.put("warehouse.user", servers.warehouse().user());
        flags.put("warehouse.password", servers.warehouse().password());
        flags.put("kafka.bootstrap.servers", servers.kafka().bootstrapServers());
    }

    PipelineFixture with(String key, String value) {
        flags.put(key, value);
        return this;
    }

    void source(String... statements) throws SQLException {
        servers.source().executeIn(name, statements);
    }

    void warehouse(String... statements) throws SQLException {
        servers.warehouse().executeIn(name, statements);
    }

    /** Runs the statements in one transaction of the source. */
    void transaction(String... statements) throws SQLException {
        servers.source().transactionIn(name, statements);
    }

    Connection sourceConnection() throws SQLException {
        return servers.source().connect(name);
    }

    Connection warehouseConnection() throws SQLException {
        return servers.warehouse().connect(name);
    }

    String name() {
        return name;
    }

    String bootstrapServers() {
        return servers.kafka().bootstrapServers();
    }

    private Settings settings() {
        return SettingsLoader.load(Optional.empty(), Map.of(), flags);
    }

    /** The log, for a second reader. */
    LogView log() {
        return ReachedLog.of(settings()).view();
    }

    /** A second writer, as {@code ./idem replay} is one. */
    ReplayWriter replayWriter() {
        return ReplayWriter.open(warehouseFor("replay"), name, Pipeline.applySettings(settings()));
    }

    /** A writer of shadows, as {@code ./idem rebuild} is one. */
    RebuildWriter rebuildWriter() {
        return RebuildWriter.open(warehouseFor("rebuild"), name, Pipeline.applySettings(settings()));
    }

    private Warehouse warehouseFor(String purpose) {
        Settings settings = settings();
        return Pipeline.warehouse(settings, new ReachedDatabases(settings).warehouse(), purpose);
    }

    Pipeline start() {
        Settings settings = settings();
        Pipeline started = new Pipeline(settings, EmbeddedServers.start(settings));
        pipeline = started;
        started.start();
        return started;
    }

    /** Starts the pipeline with all that a running process has for those who watch. */
    Watched startWatched() {
        Settings settings = settings();
        EmbeddedServers none = EmbeddedServers.start(settings);
        Pipeline started = new Pipeline(settings, none);
        pipeline = started;
        PipelineWatch watch = PipelineWatch.start(settings, none, started);
        HttpInterface.Parts parts = HttpInterface.Parts.start(settings, none, started, watch);
        HttpInterface http = HttpInterface.start(settings, none, parts).orElseThrow();
        started.start();
        return new Watched(parts, http);
    }

    /** What watches a pipeline. */
    record Watched(HttpInterface.Parts parts, HttpInterface http) implements AutoCloseable {

        PipelineStatus status() {
            return parts.watch().latest().orElseThrow();
        }

        int port() {
            return http.port();
        }

        @Override
        public void close() {
            http.close();
            parts.close();
            parts.watch().close();
        }
    }

    /** What {@code ./idem status} says, with these settings. */
    JsonNode status() {
        try (StatusClient client = new StatusClient(settings())) {
            return client.status();
        }
    }

    Sink.State sinkState() {
        return Objects.requireNonNull(pipeline).sink().orElseThrow().state();
    }

    void stop() {
        if (pipeline != null) {
            pipeline.close();
            pipeline = null;
        }
    }

    /** Waits until the warehouse is where the source is now, and holds no snapshot half. */
    void catchUp() {
        String head = one(servers.source(), "select pg_current_wal_insert_lsn()");
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptions()
                .until(() -> {
                    failIfEnded();
                    servers.source().executeIn(name, "select pg_logical_emit_message(true, 'test', '')");
                    return one(
                                    servers.warehouse(),
                                    "select consistent and commit_lsn >= '" + head
                                            + "' from idem.progress where pipeline = '" + name + "'")
                            .equals("t");
                });
    }

    /** Deletes every topic of the pipeline. */
    void deleteTopics() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
            Set<String> ours = admin.listTopics().names().get().stream()
                    .filter(topic -> topic.startsWith(name + '.'))
                    .collect(Collectors.toSet());
            admin.deleteTopics(ours).all().get();
            await().atMost(TOPICS_GO)
                    .until(() -> admin.listTopics().names().get().stream().noneMatch(ours::contains));
        }
    }

    /** Below which position no row of the table is; it rises when the table was read anew. */
    String floor(String table) {
        return warehouseValue("select floor_lsn::text from idem.target where pipeline = '" + name
                + "' and source_table = '" + table + "'");
    }

    void awaitFloorAbove(String table, String floor) {
        await().atMost(PATIENCE).until(() -> {
            failIfEnded();
            return !floor(table).equals(floor);
        });
    }

    /** Waits until the condition holds. */
    void awaitThat(Callable<Boolean> condition) {
        await().atMost(PATIENCE).until(condition);
    }

    private void failIfEnded() {
        Pipeline running = pipeline;
        if (running != null && running.failure().isPresent()) {
            throw new AssertionError("the pipeline ended", running.failure().get());
        }
    }

    /** Reads every event of the log again and waits until that is done; how many rows of the warehouse changed. */
    long replayAll() {
        Pipeline running = Objects.requireNonNull(pipeline);
        TableCount before = running.applied().all();
        long cut = cut();
        running.sink().orElseThrow().replayFromBeginning();
        await().atMost(PATIENCE).until(() -> running.applied().all().events() > before.events() && cut() >= cut);
        return running.applied().all().changed() - before.changed();
    }

    private long cut() {
        return Long.parseLong(
                one(servers.warehouse(), "select cut from idem.progress where pipeline = '" + name + "'"));
    }

    /** The first column of the first row, as text; empty where there is none. */
    String sourceValue(String sql) {
        return one(servers.source(), sql);
    }

    /** The first column of the first row, as text; empty where there is none. */
    String warehouseValue(String sql) {
        return one(servers.warehouse(), sql);
    }

    /** The first column of each row, as text. */
    List<String> warehouseValues(String sql) {
        return rows(servers.warehouse(), sql);
    }

    private String one(TestPostgres server, String sql) {
        List<String> rows = rows(server, sql);
        return rows.isEmpty() ? "" : rows.get(0);
    }

    private List<String> rows(TestPostgres server, String sql) {
        try (Connection connection = server.connect(name);
                Statement statement = connection.createStatement();
                ResultSet results = statement.executeQuery(sql)) {
            List<String> rows = new ArrayList<>();
            while (results.next()) {
                rows.add(String.valueOf(results.getString(1)));
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** The table's rows are the same on both sides, in the columns of the source. */
    void assertEqual(String table) {
        String columns = one(
                servers.source(),
                "select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute where attrelid = '"
                        + table + "'::regclass and attnum > 0 and not attisdropped");
        String sql = "select t::text from (select " + columns + " from " + table + ") t order by t::text collate \"C\"";
        assertThat(rows(servers.warehouse(), sql)).isEqualTo(rows(servers.source(), sql));
    }

    /** The tables are the same on both sides now, and reading every event again changes no row of the warehouse. */
    void assertEqualAndReplayable(String... tables) {
        catchUp();
        for (String table : tables) {
            assertEqual(table);
        }
        assertThat(replayAll()).as("rows that a replay changed").isZero();
        for (String table : tables) {
            assertEqual(table);
        }
        assertThat(one(servers.warehouse(), "select count(*) from idem.dead_letter"))
                .as("dead letters")
                .isEqualTo("0");
    }

    /** Compares both databases as {@code ./idem verify} does, in every table that the warehouse follows. */
    Verification verify() {
        return new Verifier(verifySettings()).verify(table -> {});
    }

    /** The same as {@code ./idem verify --repair} does. */
    Verification repair() {
        RereadRepair repairer =
                new RereadRepair(Pipeline.logSettings(settings(), bootstrapServers()), new Topics(name));
        return new Verifier(verifySettings(), Optional.of(new RepairSettings(repairer, PATIENCE))).verify(table -> {});
    }

    private VerifySettings verifySettings() {
        Settings settings = settings();
        ReachedDatabases databases = new ReachedDatabases(settings);
        return new ComparedPair(settings, databases.source(), databases.warehouse())
                .comparing(List.of(), VerifySettings.Scope.FOLLOWED, VerifySettings.Limits.DEFAULT, Pace.FULL);
    }

    @Override
    public void close() {
        stop();
        try {
            servers.source()
                    .executeIn(
                            name,
                            "select pg_drop_replication_slot(slot_name) from pg_replication_slots where database = current_database() and not active");
        } catch (SQLException e) {
            throw new IllegalStateException("dropping the slot", e);
        }
        TestDirectory.delete(directory);
    }
}
