package dev.idem.breadth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.breadth.TableShape.Kind;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * A generated database under random transactions and changes of its schema, with the pipeline stopped now and then.
 *
 * <p>The long form: {@code ./mvnw -B -pl pipeline -am verify -Dit.test=BreadthIT -Dtest=none -Didem.breadth=true
 * -Didem.breadth.tables=300 -Didem.breadth.minutes=5}; what else can be said see {@link BreadthPlan}.
 */
@EnabledIfSystemProperty(named = "idem.breadth", matches = "true")
class BreadthIT {

    private static final Duration DRAIN = Duration.ofMinutes(Integer.getInteger("idem.breadth.drain", 4));

    private final BreadthPlan plan = BreadthPlan.fromSystemProperties();

    @Test
    @DisplayName("random tables, types, names, keys, transactions and changes of schema: every table ends equal")
    void a_generated_database_ends_equal_value_by_value() throws Exception {
        say(plan + " (again: -Didem.seed=" + plan.seed() + ")");
        try (Replication replication = new Replication();
                Connection source = replication.source();
                Connection warehouse = replication.warehouse()) {
            GeneratedDatabase database = GeneratedDatabase.make(source, warehouse, plan);
            replication.start();
            Tally tally = storm(replication, database);
            say(tally.toString());
            replication.start();
            try {
                replication.catchUp(DRAIN);
            } catch (ConditionTimeoutException e) {
                say("not caught up: " + replication.sinkTrouble());
            }

            List<String> report = settle(replication, database, source, warehouse);
            assertThat(report)
                    .as(
                            "seed %d; sink %s; dead letters %s",
                            plan.seed(), replication.sinkTrouble(), replication.deadLetters())
                    .isEmpty();
            assertThat(replication.deadLetters()).isEmpty();
            assertThat(tally.writes())
                    .as("writes")
                    .isGreaterThan((int) plan.duration().toSeconds() * 5);
            assertThat(tally.commits()).as("commits").isGreaterThan((int)
                    plan.duration().toSeconds());
            assertThat(tally.changes() > 0 || plan.operations().isEmpty()).isTrue();
        }
    }

    /** The load, and the pipeline that stops and starts beneath it; at the end the pipeline is stopped. */
    private Tally storm(Replication replication, GeneratedDatabase database) throws Exception {
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

    /** Compares until all is equal or time is up: re-reads end when they end. */
    private List<String> settle(
            Replication replication, GeneratedDatabase database, Connection source, Connection warehouse)
            throws Exception {
        List<String> report = report(database, source, warehouse);
        long until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!report.isEmpty() && System.nanoTime() < until) {
            replication.failIfEnded();
            assertThat(new CountDownLatch(1).await(3, TimeUnit.SECONDS)).isFalse();
            report = report(database, source, warehouse);
        }
        return report;
    }

    private static List<String> report(GeneratedDatabase database, Connection source, Connection warehouse)
            throws SQLException {
        Equality equality = new Equality(source, warehouse);
        List<String> report = new ArrayList<>();
        for (TableSlot slot : database.tables()) {
            Optional<TableShape> shape = slot.shape();
            if (shape.isPresent() && shape.get().kind() != Kind.UNLOGGED) {
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
