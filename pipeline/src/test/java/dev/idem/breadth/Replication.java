package dev.idem.breadth;

import static org.awaitility.Awaitility.await;

import dev.idem.change.RereadRequest;
import dev.idem.change.TableId;
import dev.idem.change.Topics;
import dev.idem.config.SettingsLoader;
import dev.idem.process.EmbeddedServers;
import dev.idem.process.Pipeline;
import dev.idem.publish.LogSettings;
import dev.idem.publish.RereadTail;
import dev.idem.source.SourceSettings;
import dev.idem.testing.TestDirectory;
import dev.idem.testing.TestKafka;
import dev.idem.testing.TestPostgres;
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
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A source, a warehouse, and a pipeline between them that can be stopped and started.
 *
 * <p><i>Threads:</i> one thread; connections may be asked for by any.
 */
final class Replication implements AutoCloseable {

    private static final String NAME = "breadth";

    private final TestPostgres source = TestPostgres.start();
    private final TestPostgres warehouse = TestPostgres.start();
    private final TestKafka kafka = TestKafka.start();
    private final Path directory = TestDirectory.create("breadth");
    private final Map<String, String> flags = new LinkedHashMap<>();
    private @Nullable Pipeline pipeline;

    Replication() throws SQLException {
        flags.put("idem.name", NAME);
        flags.put("idem.data-dir", directory.toString());
        flags.put("source.url", source.createDatabase(NAME));
        flags.put("source.user", source.user());
        flags.put("source.password", source.password());
        flags.put("warehouse.url", warehouse.createDatabase(NAME));
        flags.put("warehouse.user", warehouse.user());
        flags.put("warehouse.password", warehouse.password());
        flags.put("kafka.bootstrap.servers", kafka.bootstrapServers());
        flags.put("topic.partitions", "2");
    }

    SourceSettings sourceSettings() {
        return new SourceSettings(
                Objects.requireNonNull(flags.get("source.url")),
                source.user(),
                source.password(),
                "idem_" + NAME,
                "idem_" + NAME,
                List.of(),
                List.of());
    }

    TestPostgres sourceServer() {
        return source;
    }

    String database() {
        return NAME;
    }

    Connection source() throws SQLException {
        return source.connect(NAME);
    }

    Connection warehouse() throws SQLException {
        return warehouse.connect(NAME);
    }

    void start() {
        var settings = SettingsLoader.load(Optional.empty(), Map.of(), flags);
        Pipeline started = new Pipeline(settings, EmbeddedServers.start(settings));
        pipeline = started;
        started.start();
    }

    void stop() {
        if (pipeline != null) {
            failIfEnded();
            pipeline.close();
            pipeline = null;
        }
    }

    /** Waits until the warehouse is where the source is now. */
    void catchUp(Duration patience) throws SQLException {
        String head = values(source(), "select pg_current_wal_insert_lsn()").get(0);
        await().atMost(patience).pollInterval(Duration.ofMillis(200)).until(() -> {
            failIfEnded();
            return hasReached(head);
        });
    }

    private boolean hasReached(String head) {
        try {
            values(source(), "select pg_logical_emit_message(true, 'test', '')");
            return values(
                            warehouse(),
                            "select consistent and commit_lsn >= '" + head + "' from idem.progress where pipeline = '"
                                    + NAME + "'")
                    .equals(List.of("t"));
        } catch (SQLException e) {
            return false;
        }
    }

    void failIfEnded() {
        Pipeline running = pipeline;
        if (running != null && running.failure().isPresent()) {
            throw new AssertionError("the pipeline ended", running.failure().get());
        }
    }

    /** A look at what differs. */
    interface Look {
        List<String> differences() throws SQLException;
    }

    /** Looks until nothing differs or time is up; what differs then. Re-reads end when they end. */
    List<String> settle(Duration patience, Duration pause, Look look) throws SQLException, InterruptedException {
        List<String> differences = look.differences();
        long until = System.nanoTime() + patience.toNanos();
        while (!differences.isEmpty() && System.nanoTime() < until) {
            failIfEnded();
            TimeUnit.NANOSECONDS.sleep(pause.toNanos());
            differences = look.differences();
        }
        return differences;
    }

    /** Asks for these tables to be read anew. */
    void resync(List<TableId> tables) {
        RereadTail.ask(
                new LogSettings(
                        Map.of("bootstrap.servers", kafka.bootstrapServers()),
                        Map.of(),
                        1,
                        (short) 1,
                        Duration.ofDays(1)),
                new Topics(NAME),
                tables.stream().map(table -> new RereadRequest(table, "test")).toList());
    }

    /** What the sink waits for, where it waits. */
    String sinkTrouble() {
        Pipeline running = pipeline;
        return running == null
                ? "stopped"
                : running.sink()
                        .map(sink -> sink.state() + " " + sink.failure())
                        .orElse("none");
    }

    /** Reasons of what was set aside. */
    List<String> deadLetters() throws SQLException {
        return values(
                warehouse(),
                "select source_schema || '.' || source_table || ' ' || version || ': ' || reason from idem.dead_letter limit 20");
    }

    /** The first column; the connection is closed. */
    static List<String> values(Connection connection, String sql) throws SQLException {
        try (connection;
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (row.next()) {
                values.add(String.valueOf(row.getString(1)));
            }
            return values;
        }
    }

    @Override
    public void close() {
        if (pipeline != null) {
            pipeline.close();
        }
        kafka.close();
        warehouse.close();
        source.close();
        TestDirectory.delete(directory);
    }
}
