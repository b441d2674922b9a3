package dev.idem.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * One step of a schedule.
 *
 * @param kind what happens
 * @param entropy from which everything random within the step comes, so that a step is the same whatever was left out
 *     before it
 */
record Step(Kind kind, long entropy) {

    /** What happens in a step, and how often that is among the others. */
    enum Kind {
        WRITE(30),
        HEARTBEAT(3),
        DELIVER(30),
        CONFIRM(8),
        APPLY(28),
        MARKERS(2),
        CHECKPOINT(2),
        CAPTURE_DIES(2),
        ENGINE_REWINDS(2),
        SOURCE_CRASHES(1),
        SOURCE_IS_RESTORED(1),
        CAPTURE_IS_DOUBLED(2),
        OLD_CAPTURE_ACTS(3),
        SINK_DIES(2),
        SINK_IS_DOUBLED(2),
        OLD_SINK_ACTS(3),
        WAREHOUSE_CRASHES(1),
        REPLAY(2),
        REREAD(3),
        RETENTION(6),
        SINK_GOES_ON(6);

        private final int weight;

        Kind(int weight) {
            this.weight = weight;
        }
    }

    private static final int SHORTEST = 25;
    private static final int MORE = 40;

    /** A schedule. */
    static List<Step> schedule(Random random) {
        List<Kind> weighted = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            for (int i = 0; i < kind.weight; i++) {
                weighted.add(kind);
            }
        }
        List<Step> steps = new ArrayList<>();
        int count = SHORTEST + random.nextInt(MORE);
        while (steps.size() < count) {
            steps.add(new Step(weighted.get(random.nextInt(weighted.size())), random.nextLong()));
        }
        return steps;
    }
}
