package dev.idem.storm;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

/**
 * The five parts of a pipeline, each in a process of its own, and what a storm does to them.
 *
 * <p><i>Threads:</i> one thread.
 */
final class StormProcesses implements AutoCloseable {

    private final Storm storm;
    private final StormServers servers;
    private final Map<StormPart, IdemProcess> idem = new EnumMap<>(StormPart.class);

    private StormProcesses(Storm storm, StormServers servers) {
        this.storm = storm;
        this.servers = servers;
    }

    /** With the capture and the sink started. */
    static StormProcesses start(Storm storm, StormServers servers) {
        StormProcesses processes = new StormProcesses(storm, servers);
        processes.startIdem(StormPart.CAPTURE);
        processes.startIdem(StormPart.SINK);
        return processes;
    }

    private void startIdem(StormPart part) {
        String role = part == StormPart.CAPTURE ? "capture" : "sink";
        idem.put(part, storm.startIdem(role, Map.of("idem.role", role)));
    }

    /** Waits for a moment, in which nothing may end by itself. */
    void awaitQuietly(Duration time) {
        long until = System.nanoTime() + time.toNanos();
        do {
            requireAlive();
            long left =
                    Math.min(500, Duration.ofNanos(until - System.nanoTime()).toMillis());
            process(StormPart.CAPTURE).awaitEnd(Duration.ofMillis(Math.max(0, left)));
        } while (System.nanoTime() < until);
    }

    /** Neither the capture nor the sink has ended by itself. */
    void requireAlive() {
        idem.forEach((part, process) -> {
            if (!process.isAlive()) {
                throw new AssertionError(part + " ended by itself with " + process.exitCode() + ":\n" + process.tail());
            }
        });
    }

    void strike(Strike strike) {
        Duration freeze = strike.freeze();
        if (freeze == null) {
            strike.parts().forEach(this::kill);
            strike.parts().forEach(this::startAgain);
        } else {
            strike.parts().forEach(this::freeze);
            awaitFrozen(strike.parts(), freeze);
            strike.parts().forEach(this::thaw);
        }
    }

    private void kill(StormPart part) {
        switch (part) {
            case SOURCE -> servers.source().kill();
            case WAREHOUSE -> servers.warehouse().kill();
            case BROKER -> servers.killKafka();
            case CAPTURE, SINK -> process(part).kill();
        }
    }

    private void startAgain(StormPart part) {
        switch (part) {
            case SOURCE -> servers.source().restart();
            case WAREHOUSE -> servers.warehouse().restart();
            case BROKER -> servers.startKafkaAgain();
            case CAPTURE, SINK -> startIdem(part);
        }
    }

    private void freeze(StormPart part) {
        switch (part) {
            case SOURCE -> servers.source().freeze();
            case WAREHOUSE -> servers.warehouse().freeze();
            case BROKER -> servers.freezeKafka();
            case CAPTURE, SINK -> process(part).freeze();
        }
    }

    private void thaw(StormPart part) {
        switch (part) {
            case SOURCE -> servers.source().thaw();
            case WAREHOUSE -> servers.warehouse().thaw();
            case BROKER -> servers.thawKafka();
            case CAPTURE, SINK -> process(part).thaw();
        }
    }

    private void awaitFrozen(Set<StormPart> frozen, Duration time) {
        if (frozen.contains(StormPart.CAPTURE)) {
            process(StormPart.CAPTURE).awaitEnd(time);
        } else {
            awaitQuietly(time);
        }
    }

    private IdemProcess process(StormPart part) {
        return java.util.Objects.requireNonNull(idem.get(part), "a process of Idem's");
    }

    @Override
    public void close() {
        idem.values().forEach(IdemProcess::close);
    }
}
