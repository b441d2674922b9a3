package dev.idem.crash;

import dev.idem.storm.StormServers;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Carries out trials over the same servers, and over the same pipeline as long as none has failed.
 *
 * <p><i>Threads:</i> one thread.
 */
final class Trials implements AutoCloseable {

    /** What looks from time to time does so within this. */
    private static final Duration PERIOD = Duration.ofSeconds(12);

    private final StormServers servers = StormServers.start();
    private final Duration hang;
    private @Nullable StruckPipeline pipeline;
    private @Nullable Workload workload;
    private long orders;

    Trials(Duration hang) {
        this.hang = hang;
    }

    /** What came of a trial. */
    enum Result {
        /** The blow fell, the pipeline went on, and everything is equal. */
        RECOVERED,
        /** The point was not passed that often. */
        NOT_REACHED
    }

    /**
     * Strikes once.
     *
     * @throws AssertionError where the pipeline did not recover, or something is not equal
     */
    Result run(Trial trial) throws Exception {
        Order order = new Order(++orders, trial.blow(), trial.passing(), hang.toMillis(), trial.point());
        try {
            carryOut(trial.scenario(), order);
            return current().isStruck() ? Result.RECOVERED : Result.NOT_REACHED;
        } catch (Exception | AssertionError e) {
            close(pipeline);
            throw e;
        }
    }

    /** How often each point is passed in a scenario, undisturbed. */
    Map<String, Integer> passings(Scenario scenario) throws Exception {
        carryOut(scenario, Order.count(++orders));
        return current().passings();
    }

    private void carryOut(Scenario scenario, Order order)
            throws IOException, SQLException, ExecutionException, InterruptedException {
        if (scenario == Scenario.FIRST) {
            close(pipeline);
            prepare(order);
        } else if (pipeline == null) {
            prepare(Order.count(order.id()));
            current().catchUp();
        }
        StruckPipeline struck = current();
        struck.tend();
        if (scenario == Scenario.START) {
            struck.kill();
            work().run(scenario);
            struck.give(order);
            struck.start();
        } else if (scenario != Scenario.FIRST) {
            struck.give(order);
            work().run(scenario);
        }
        struck.catchUp();
        if (order.passing() == 1) {
            struck.awaitBlow(PERIOD);
        }
        struck.awaitEqual();
    }

    private void prepare(Order order) throws IOException, SQLException {
        StruckPipeline next = new StruckPipeline(servers);
        pipeline = next;
        workload = new Workload(next);
        work().createTables();
        next.give(order);
        next.start();
    }

    private StruckPipeline current() {
        return Objects.requireNonNull(pipeline, "a pipeline");
    }

    private Workload work() {
        return Objects.requireNonNull(workload, "a workload");
    }

    private void close(@Nullable StruckPipeline old) {
        if (old != null) {
            old.close();
        }
        pipeline = null;
        workload = null;
    }

    @Override
    public void close() {
        close(pipeline);
        servers.close();
    }

    /** All trials of the scenarios, in an order in which the pipeline lives as long as it can. */
    static List<Trial> all(CrashPoints points, List<Blow> blows, List<Integer> passings) {
        List<Trial> trials = new ArrayList<>();
        for (Scenario scenario : Scenario.values()) {
            for (String point : points.in(scenario)) {
                for (Blow blow : blows) {
                    passings.forEach(passing -> trials.add(new Trial(scenario, point, blow, passing)));
                }
            }
        }
        return trials;
    }
}
