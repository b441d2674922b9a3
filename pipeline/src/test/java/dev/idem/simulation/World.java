package dev.idem.simulation;

import dev.idem.change.Lsn;
import dev.idem.change.Topics;
import dev.idem.change.Version;
import dev.idem.consume.ConsumerFactory;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.testing.memory.MemoryWarehouse;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Source, log, warehouse, the processes between them, and what must hold at every moment.
 *
 * <p><i>Threads:</i> one thread.
 */
final class World implements AutoCloseable {

    /** Positions beyond 32 bits, and such as are negative when they are read as signed. */
    private static final long[] FIRST_LSN = {0xFFFF_F000L, 0x7FFF_FFFF_FFFF_F000L, 0x16B_3748L};

    private static final int FAULTY_STEPS = 4;
    private static final int MOST_CALLS = 25;
    private static final int MOST_ROUNDS = 400;
    private static final int ROUNDS_OF_PURGE = 12;

    private final Random random = new Random();
    private final Faults faults = new Faults();
    private final Topics topics = new Topics("sim");
    private final MemoryWarehouse warehouse = new MemoryWarehouse();
    private final SimulatedLog log = new SimulatedLog(random);
    private final Map<Integer, SimulatedSource.History> histories = new HashMap<>();
    private final List<String> trace = new ArrayList<>();
    private final SimulatedSource source;
    private final Invariants invariants;
    private @Nullable SimulatedCapture capture;
    private @Nullable SimulatedCapture oldCapture;
    private @Nullable SimulatedSink sink;
    private @Nullable SimulatedSink oldSink;

    World(long seed) {
        source = new SimulatedSource(new Lsn(FIRST_LSN[(int) Math.floorMod(seed, (long) FIRST_LSN.length)]));
        invariants = new Invariants(this);
        warehouse.intercept(new JdbcFaults(faults));
    }

    Random random() {
        return random;
    }

    Faults faults() {
        return faults;
    }

    Topics topics() {
        return topics;
    }

    MemoryWarehouse warehouse() {
        return warehouse;
    }

    /** Readers of the log whose calls may fail. */
    ConsumerFactory consumers() {
        return (clientId, isolation) -> new SimulatedConsumer(log, faults, random, isolation);
    }

    /** Readers for those who check. */
    ConsumerFactory faultless() {
        return (clientId, isolation) -> new SimulatedConsumer(log, new Faults(), random, isolation);
    }

    SimulatedLog log() {
        return log;
    }

    SimulatedSource source() {
        return source;
    }

    SimulatedSource.History history(int epoch) {
        return Objects.requireNonNull(histories.get(epoch), () -> "no history of epoch " + epoch);
    }

    Map<Integer, SimulatedSource.History> histories() {
        return histories;
    }

    /** What happened, a line a step. */
    List<String> trace() {
        return trace;
    }

    void began(int epoch, SimulatedSource.History history) {
        histories.put(epoch, history);
    }

    void requireDurable(int epoch, Lsn lsn) {
        invariants.requireDurable(new Version(epoch, lsn, 0));
    }

    /** Does a step and checks what must hold behind it. */
    void run(Step step) {
        random.setSeed(step.entropy());
        faults.disarm();
        int line = trace.size();
        trace.add(step.kind().name());
        act(step.kind());
        faults.disarm();
        invariants.check();
        trace.set(line, step.kind() + (faults.last().isEmpty() ? "" : ": " + faults.last()));
        faults.forgetLast();
    }

    private void act(Step.Kind kind) {
        switch (kind) {
            case WRITE -> source.commit(random);
            case HEARTBEAT -> source.heartbeat(random);
            case DELIVER -> {
                mayFail(this::doubleCapture);
                deliver();
            }
            case CONFIRM -> ifPresent(capture, SimulatedCapture::confirm);
            case APPLY -> {
                mayFail(this::doubleSink);
                apply();
            }
            case MARKERS -> log.writeMarkers(random.nextInt(10));
            case CHECKPOINT -> source.checkpoint();
            case CAPTURE_DIES -> capture = null;
            case ENGINE_REWINDS -> ifPresent(capture, SimulatedCapture::rewindToConfirmed);
            case SOURCE_CRASHES -> {
                capture = null;
                source.crash();
            }
            case SOURCE_IS_RESTORED -> restoreSource();
            case CAPTURE_IS_DOUBLED -> doubleCapture();
            case OLD_CAPTURE_ACTS ->
                ifPresent(oldCapture, old -> {
                    mayFail(() -> {});
                    guarded(old, () -> old.deliver(1 + random.nextInt(12), true));
                });
            case SINK_DIES -> {
                sink = null;
                oldSink = null;
                warehouse.crash();
            }
            case SINK_IS_DOUBLED -> doubleSink();
            case OLD_SINK_ACTS -> ifPresent(oldSink, this::oldSinkActs);
            case WAREHOUSE_CRASHES -> warehouse.crash();
            case REPLAY -> ifPresent(sink, running -> guarded(running, running::replay));
            case RETENTION -> retention();
            case SINK_GOES_ON -> {
                mayFail(this::doubleSink);
                for (int i = 0; i < ROUNDS_OF_PURGE; i++) {
                    apply();
                }
            }
            case REREAD ->
                ifPresent(
                        capture,
                        reading -> guarded(
                                reading,
                                () -> reading.beginReread(
                                        SourceTables.ALL.get(random.nextInt(SourceTables.ALL.size())))));
        }
    }

    /** The log forgets some of what the sink has applied and will not ask for again. */
    private void retention() {
        Map<TopicPartition, Long> applied = invariants.appliedUpTo();
        List<TopicPartition> partitions = applied.keySet().stream()
                .sorted(Comparator.comparing(TopicPartition::toString))
                .toList();
        for (TopicPartition partition : partitions) {
            long held = log.beginning(partition);
            long most = Objects.requireNonNull(applied.get(partition)) - held;
            if (most > 0 && random.nextInt(3) > 0) {
                log.removeBefore(partition, random.nextBoolean() ? held + most : held + random.nextInt((int) most + 1));
            }
        }
    }

    private void restoreSource() {
        ifPresent(capture, SimulatedCapture::loseSource);
        oldCapture = capture;
        capture = null;
        source.restore(random);
    }

    private static <T> void ifPresent(@Nullable T process, java.util.function.Consumer<T> action) {
        if (process != null) {
            action.accept(process);
        }
    }

    private void mayFail(Runnable intrusion) {
        warehouse.terminates(random.nextInt(3) > 0);
        if (random.nextInt(FAULTY_STEPS) == 0) {
            Faults.Kind[] kinds = Faults.Kind.values();
            faults.arm(kinds[random.nextInt(kinds.length)], random.nextInt(MOST_CALLS), intrusion);
        }
    }

    private void deliver() {
        SimulatedCapture running = capture;
        if (running == null) {
            startCapture();
        } else {
            guarded(running, () -> running.deliver(1 + random.nextInt(12), random.nextInt(3) == 0));
            retire(running);
        }
    }

    private void startCapture() {
        SimulatedCapture started = new SimulatedCapture(this);
        capture = started;
        guarded(started, () -> {
            if (!started.start() && capture == started) {
                capture = null;
            }
        });
        retire(started);
    }

    /** A capture that another took the place of while it worked. */
    private void retire(SimulatedCapture running) {
        if (capture != running && capture != null) {
            oldCapture = running;
        }
    }

    private void doubleCapture() {
        SimulatedCapture older = capture;
        ifPresent(older, SimulatedCapture::loseSource);
        oldCapture = older;
        startCapture();
        if (capture != null) {
            deliver();
        }
    }

    private void guarded(SimulatedCapture acting, Runnable action) {
        try {
            action.run();
        } catch (Crash e) {
            drop(acting);
        } catch (PipelineException e) {
            drop(acting);
            // One that another has taken over from while it started may find a slot that it knows nothing of.
            boolean lateForTheSlot = e.kind() == ErrorKind.HISTORY_BROKEN && acting.isFenced();
            if (e.kind() != ErrorKind.LOG_UNREACHABLE && e.kind() != ErrorKind.FENCED && !lateForTheSlot) {
                throw new AssertionError("the capture stopped: " + e.getMessage(), e);
            }
        }
    }

    private void drop(SimulatedCapture dead) {
        capture = capture == dead ? null : capture;
        oldCapture = oldCapture == dead ? null : oldCapture;
    }

    private void apply() {
        SimulatedSink running = sink == null ? new SimulatedSink(this) : sink;
        sink = running;
        guarded(running, running::runOnce);
    }

    private void doubleSink() {
        oldSink = sink;
        sink = new SimulatedSink(this);
        apply();
    }

    private void oldSinkActs(SimulatedSink old) {
        long before = warehouse.commits();
        MemoryWarehouse.Position position = warehouse.position(topics.pipeline());
        boolean fenced = position != null && position.generation() > old.generation() && old.generation() > 0;
        guarded(old, old::runOnce);
        if (fenced && warehouse.commits() > before) {
            throw new AssertionError("a sink of generation " + old.generation() + " wrote after " + position);
        }
    }

    private void guarded(SimulatedSink acting, Runnable action) {
        try {
            action.run();
        } catch (Crash e) {
            warehouse.crash();
            drop(acting);
        } catch (PipelineException e) {
            boolean explained = e.kind() == ErrorKind.FENCED || e.response() == ErrorKind.Response.RETRY;
            drop(acting);
            if (!explained) {
                throw new AssertionError("the sink stopped: " + e.getMessage(), e);
            }
        }
    }

    private void drop(SimulatedSink dead) {
        sink = sink == dead ? null : sink;
        oldSink = oldSink == dead ? null : oldSink;
    }

    /** Nothing fails any more: everything must become what the source is. */
    void heal() {
        random.setSeed(1);
        faults.disarm();
        warehouse.terminates(true);
        source.heartbeat(random);
        trace.add("HEAL");
        int round = 0;
        while (!invariants.hasConverged() || round < 2) {
            if (++round > MOST_ROUNDS) {
                throw new AssertionError("not converged: " + warehouse.position(topics.pipeline())
                        + ", the source is at " + source.walEnd());
            }
            SimulatedCapture running = capture;
            if (running == null) {
                startCapture();
            } else {
                guarded(running, () -> running.deliver(100, true));
                running.confirm();
            }
            log.writeMarkers(Integer.MAX_VALUE);
            apply();
            invariants.check();
        }
        retention();
        for (int i = 0; i < ROUNDS_OF_PURGE; i++) {
            apply();
            invariants.check();
        }
        invariants.checkEnd();
    }

    @Override
    public void close() {
        warehouse.close();
    }

    /** Lets the warehouse's calls fail as a broken connection does. */
    private record JdbcFaults(Faults faults) implements dev.idem.testing.memory.Interceptor {

        @Override
        public void before(String call) throws SQLException {
            faults.before("warehouse: " + call, name -> new SQLException("connection lost at " + name, "08006"));
        }

        @Override
        public void after(String call) throws SQLException {
            faults.after("warehouse: " + call, name -> new SQLException("connection lost behind " + name, "08006"));
        }
    }
}
