package dev.idem.breadth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.breadth.TableShape.Kind;
import dev.idem.change.TableId;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A generated database under random transactions and changes of its schema, with the pipeline stopped now and then.
 *
 * <p>The short form runs always, with one seed unless another is given. The long form: {@code ./mvnw -B -pl pipeline
 * -am verify -Dit.test=BreadthIT -Dtest=none -Didem.breadth=true -Didem.breadth.tables=300 -Didem.breadth.minutes=5};
 * what else can be said see {@link BreadthPlan}.
 */
class BreadthIT {

    private static final int SEED_THAT_STAYS = 4711;

    private static final Duration DRAIN = Duration.ofMinutes(Integer.getInteger("idem.breadth.drain", 4));
    private static final Duration LOOK = Duration.ofSeconds(3);

    @Test
    @EnabledIfSystemProperty(named = "idem.breadth", matches = "true")
    @DisplayName("random tables, types, names, keys, transactions and changes of schema: every table ends equal")
    void a_generated_database_ends_equal_value_by_value() throws Exception {
        endsEqual(BreadthPlan.fromSystemProperties());
    }

    static LongStream seeds() {
        return LongStream.of(Long.getLong("idem.seed", SEED_THAT_STAYS));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    @DisabledIfSystemProperty(named = "idem.breadth", matches = "true")
    @DisplayName("the same with a few tables, for some seconds")
    void a_small_generated_database_ends_equal(long seed) throws Exception {
        endsEqual(BreadthPlan.small(seed));
    }

    private static void endsEqual(BreadthPlan plan) throws Exception {
        say(plan + " (again: -Didem.seed=" + plan.seed() + ")");
        try (Replication replication = new Replication();
                Connection source = replication.source();
                Connection warehouse = replication.warehouse()) {
            GeneratedDatabase database = GeneratedDatabase.make(source, warehouse, plan);
            replication.start();
            Tally tally = storm(plan, replication, database);
            say(tally.toString());
            replication.start();
            try {
                replication.catchUp(DRAIN);
            } catch (ConditionTimeoutException e) {
                say("not caught up: " + replication.sinkTrouble());
            }

            resyncNamed(replication, database);
            identifyNamed(source);
            List<String> report = replication.settle(DRAIN, LOOK, () -> report(database, source, warehouse));
            assertThat(report)
                    .as(
                            "seed %d; sink %s; dead letters %s",
                            plan.seed(), replication.sinkTrouble(), replication.deadLetters())
                    .isEmpty();
            assertThat(replication.deadLetters()).isEmpty();
            assertThat(tally.writes()).as("writes").isPositive();
            assertThat(tally.commits()).as("commits").isPositive();
            assertThat(tally.changes() > 0 || plan.operations().isEmpty()).isTrue();
        }
    }

    /** The load, and the pipeline that stops and starts beneath it; at the end the pipeline is stopped. */
    private static Tally storm(BreadthPlan plan, Replication replication, GeneratedDatabase database) throws Exception {
        Tally tally = new Tally();
        CountDownLatch end = new CountDownLatch(1);
        Queue<Throwable> broken = new ConcurrentLinkedQueue<>();
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < plan.clients(); i++) {
            Random random = new Random(plan.seed() * 31 + i);
            Thread client = new Thread(
                    () -> {
                        try (Connection connection = replication.source()) {
                            new BreadthClient(database, connection, random, tally).work(() -> end.getCount() > 0);
                        } catch (SQLException | RuntimeException e) {
                            broken.add(e);
                        }
                    },
                    "breadth client " + i);
            clients.add(client);
            client.start();
        }
        long part = plan.duration().toMillis() / (plan.restarts() + 1);
        for (int i = 0; i <= plan.restarts(); i++) {
            assertThat(end.await(part * 3 / 4, TimeUnit.MILLISECONDS)).isFalse();
            replication.stop();
            assertThat(end.await(part / 4, TimeUnit.MILLISECONDS)).isFalse();
            if (i < plan.restarts()) {
                replication.start();
            }
        }
        end.countDown();
        for (Thread client : clients) {
            client.join();
        }
        assertThat(broken).isEmpty();
        return tally;
    }

    /**
     * What the pipeline cannot follow and names, with the remedy: the rows of a partition that was taken out of its
     * table stay. The remedy is taken, and then these tables are compared as all others are.
     */
    private static void resyncNamed(Replication replication, GeneratedDatabase database) {
        List<TableId> named = database.tables().stream()
                .filter(slot -> slot.history().stream()
                        .anyMatch(event -> event.startsWith(SchemaOperation.DETACH_PARTITION.name())))
                .flatMap(slot -> slot.shape().stream())
                .map(shape -> new TableId(shape.schema(), shape.name()))
                .toList();
        if (!named.isEmpty()) {
            say("a partition was detached, which needs a resync: " + named);
            replication.resync(named);
        }
    }

    /**
     * The remedy for tables that lost their identity before they were published, so that inserts alone are captured.
     */
    private static void identifyNamed(Connection source) throws SQLException {
        try (Statement statement = source.createStatement()) {
            statement.execute("""
                    do $$ declare t text; begin
                      for t in select coalesce(part.relid::regclass::text, format('%I.%I', p.schemaname, p.tablename))
                          from pg_publication_tables p
                          left join pg_partition_tree(format('%I.%I', p.schemaname, p.tablename)::regclass) part on true
                          where p.pubname = 'idem_breadth_inserts'
                      loop
                        execute format('alter table %s replica identity full', t);
                      end loop;
                    end $$""");
        }
    }

    /** What differs; unlogged tables and those without columns are left out by name. */
    private static List<String> report(GeneratedDatabase database, Connection source, Connection warehouse)
            throws SQLException {
        Equality equality = new Equality(source, warehouse);
        List<String> report = new ArrayList<>();
        for (TableSlot slot : database.tables()) {
            Optional<TableShape> shape = slot.shape();
            if (shape.isPresent()
                    && shape.get().kind() != Kind.UNLOGGED
                    && !shape.get().columns().isEmpty()) {
                List<String> differences = equality.differences(shape.get().quoted());
                if (!differences.isEmpty()) {
                    report.add(shape.get().quoted() + "\n  " + String.join("\n  ", differences) + "\n  history:\n    "
                            + String.join("\n    ", slot.history()) + "\n");
                }
            }
        }
        return report;
    }

    private static void say(String text) {
        System.out.println("breadth: " + text);
    }
}
