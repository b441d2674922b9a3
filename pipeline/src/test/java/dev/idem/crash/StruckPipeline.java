package dev.idem.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.idem.storm.IdemProcess;
import dev.idem.storm.LogVersions;
import dev.idem.storm.StormServers;
import dev.idem.storm.TableComparison;
import dev.idem.testing.TestDirectory;
import dev.idem.testing.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline of its own databases and name, in a process with the agent, that is started again whenever a blow has
 * ended it, and never otherwise.
 *
 * <p><i>Threads:</i> one thread.
 */
final class StruckPipeline implements AutoCloseable {

    /** More than a hang of 30 s and the longest pauses of capture, sink and replays together. */
    private static final Duration PATIENCE = Duration.ofSeconds(150);

    private static final Duration LOOK = Duration.ofMillis(100);

    private static int count;

    private final StormServers servers;
    private final String name = "crash_" + ++count;
    private final Path directory = TestDirectory.create("crash");
    private final Path agent;
    private final int port;
    private @Nullable IdemProcess process;
    private Order order = Order.count(0);

    /** Nothing runs before {@link #start}. */
    StruckPipeline(StormServers servers) throws IOException, SQLException {
        this.servers = servers;
        this.agent = AgentJar.write(directory);
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            this.port = free.getLocalPort();
        }
        Map<String, String> settings = servers.settings(name, directory);
        settings.put("http.port", String.valueOf(port));
        settings.put("topic.partitions", "2");
        settings.put("capture.spill-threshold", "64KiB");
        settings.put("apply.tombstone-purge", "1s");
        Files.writeString(
                directory.resolve("idem.properties"),
                settings.entrySet().stream()
                        .map(setting -> setting.getKey() + '=' + setting.getValue() + '\n')
                        .collect(Collectors.joining()));
    }

    String name() {
        return name;
    }

    int port() {
        return port;
    }

    String bootstrapServers() {
        return servers.bootstrapServers();
    }

    /** What is to happen from now on; the process in hand sees it within milliseconds, the next one at once. */
    void give(Order next) throws IOException {
        order = next;
        next.give(directory);
        IdemProcess running = process;
        if (running != null && running.isAlive()) {
            await().atMost(PATIENCE).until(() -> countedFor() == next.id());
        }
    }

    private long countedFor() throws IOException {
        List<String> lines = Files.readAllLines(directory.resolve(Order.COUNTS));
        return lines.isEmpty() ? -1 : Long.parseLong(lines.get(0));
    }

    /** Whether the blow of the order in hand has fallen. */
    boolean isStruck() {
        return Files.exists(Order.struck(directory, order.id()));
    }

    /** How often each point was passed since the order in hand was given. */
    Map<String, Integer> passings() throws IOException {
        return Files.readAllLines(directory.resolve(Order.COUNTS)).stream()
                .skip(1)
                .map(line -> line.split(" ", 2))
                .filter(line -> !line[1].startsWith("done "))
                .collect(Collectors.toMap(
                        line -> line[1], line -> Integer.parseInt(line[0]), Integer::sum, TreeMap::new));
    }

    void start() {
        process = IdemProcess.start(
                log(),
                List.of("-javaagent:" + agent + '=' + directory),
                List.of("run", "-c", directory.resolve("idem.properties").toString()));
    }

    private Path log() {
        return directory.resolve("idem.log");
    }

    void kill() {
        if (process != null) {
            process.kill();
        }
    }

    /** Starts the process again where the blow has ended it; an end of any other reason fails the trial. */
    void tend() throws IOException {
        IdemProcess running = process;
        if (running == null || running.isAlive()) {
            return;
        }
        boolean told = isStruck() && order.mayStop() && running.tail().contains("spill");
        if (running.exitCode() != CrashAgent.KILLED && !told) {
            throw new AssertionError("the process ended by itself with " + running.exitCode() + ":\n" + running.tail());
        }
        Order.count(order.id()).give(directory);
        start();
    }

    /** Waits, tending the process. What the warehouse cannot be asked yet is asked again. */
    void awaitThat(String what, Callable<Boolean> condition) {
        await().alias(what + " within the patience of a trial")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    tend();
                    try {
                        return condition.call();
                    } catch (IllegalStateException | IOException e) {
                        return false;
                    }
                });
    }

    /** Waits for the blow, and for what a kill leaves to be taken up again; it may not fall. */
    void awaitBlow(Duration patience) throws IOException {
        long until = System.nanoTime() + patience.toNanos();
        while (!isStruck() && System.nanoTime() < until) {
            tend();
            IdemProcess running = process;
            if (running != null && running.awaitEnd(LOOK)) {
                break;
            }
        }
        catchUp();
    }

    /** Waits until the warehouse is where the source is now. */
    void catchUp() {
        String head = source("select pg_current_wal_insert_lsn()");
        awaitThat("the warehouse holds " + head, () -> {
            source("select pg_logical_emit_message(true, 'test', '')");
            return warehouse("select consistent and commit_lsn >= '" + head + "' from idem.progress where pipeline = '"
                            + name + "'")
                    .equals("t");
        });
    }

    /**
     * Waits until every table is the same on both sides: one that is read anew comes later than what was written to it.
     * Nothing is set aside then, and no version stands in the log twice.
     */
    void awaitEqual() throws SQLException {
        List<String> differences = new ArrayList<>();
        try {
            awaitThat("both sides are equal", () -> {
                differences.clear();
                differences.addAll(differences());
                return differences.isEmpty();
            });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("not equal: " + differences, e);
        }
        assertThat(warehouse("select count(*) from idem.dead_letter")).isEqualTo("0");
        assertThat(LogVersions.doubled(servers.bootstrapServers(), name)).isEmpty();
    }

    private List<String> differences() throws SQLException {
        List<String> differences = new ArrayList<>();
        for (String table : tables()) {
            try (Connection source = servers.source().connect(name);
                    Connection warehouse = servers.warehouse().connect(name)) {
                differences.addAll(TableComparison.differences(source, warehouse, table));
            } catch (SQLException e) {
                differences.add(table + ": " + e.getMessage());
            }
        }
        String parked = warehouse("select count(*) from idem.parked");
        if (!parked.equals("0")) {
            differences.add("parked tables: " + parked);
        }
        return differences;
    }

    private List<String> tables() {
        return List.of(source("select string_agg(oid::regclass::text, ' ' order by relname) from pg_class"
                        + " where relkind = 'r' and relnamespace::regnamespace::text ~ '^(public|s[0-9]+)$'")
                .split(" "));
    }

    void atSource(String... statements) throws SQLException {
        servers.source().executeIn(name, statements);
    }

    /** In one transaction. */
    void transaction(String... statements) throws SQLException {
        servers.source().transactionIn(name, statements);
    }

    void atWarehouse(String... statements) throws SQLException {
        servers.warehouse().executeIn(name, statements);
    }

    String source(String sql) {
        return value(servers.source(), sql);
    }

    String warehouse(String sql) {
        return value(servers.warehouse(), sql);
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

    /** The end of what the process said. */
    Optional<String> tail() {
        return Optional.ofNullable(process).map(IdemProcess::tail);
    }

    @Override
    public void close() {
        kill();
        await().atMost(Duration.ofSeconds(20)).ignoreExceptions().until(() -> {
            atSource("select pg_drop_replication_slot(slot_name) from pg_replication_slots"
                    + " where database = current_database()");
            return true;
        });
        keepLog();
        TestDirectory.delete(directory);
    }

    /** For the eye, where {@code idem.crash.logs} names a directory. */
    private void keepLog() {
        String keep = System.getProperty("idem.crash.logs", "");
        if (!keep.isEmpty() && Files.exists(log())) {
            try {
                Files.copy(log(), Path.of(keep).resolve(name + ".log"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
