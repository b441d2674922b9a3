package dev.idem.status;

import dev.idem.change.Lsn;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Turns positions into time: remembers when the head of the WAL was where, and tells how long ago it left a position.
 *
 * <p>That is what lag in seconds means here: a warehouse that is 5 s behind equals the source as it was 5 s ago. The
 * commit time of the last transaction does not tell it, since on an idle source that is old by itself.
 *
 * <p><i>Threads:</i> one thread.
 */
public final class WalClock {

    private static final int MOST_SAMPLES = 4096;
    private static final int FINENESS = 200;

    private final List<Sample> samples = new ArrayList<>();
    private int epoch;

    private record Sample(Instant at, Lsn head) {}

    /** The head was here at this time. Positions of a former epoch are forgotten. */
    public void head(Lsn head, int ofEpoch, Instant at) {
        boolean wentBack = !samples.isEmpty() && head.compareTo(last().head()) < 0;
        if (ofEpoch != epoch || wentBack) {
            samples.clear();
            epoch = ofEpoch;
        }
        if (samples.isEmpty() || head.compareTo(last().head()) > 0) {
            samples.add(new Sample(at, head));
            thinOut();
        }
    }

    private Sample last() {
        return samples.get(samples.size() - 1);
    }

    /** What is long ago need not be told to the second: samples stand apart by a two-hundredth of their age. */
    private void thinOut() {
        if (samples.size() <= MOST_SAMPLES) {
            return;
        }
        List<Sample> kept = new ArrayList<>();
        Instant now = last().at();
        Instant next = Instant.MAX;
        for (int i = samples.size() - 1; i >= 0; i--) {
            Sample sample = samples.get(i);
            Duration apart = Duration.between(sample.at(), now).dividedBy(FINENESS);
            if (i == 0 || !sample.at().isAfter(next.minus(apart))) {
                kept.add(sample);
                next = sample.at();
            }
        }
        Collections.reverse(kept);
        samples.clear();
        samples.addAll(kept);
    }

    /**
     * How long ago the head was at the position: zero where it still is.
     *
     * @return empty where the head has left it before the first sample, or where there is none
     */
    public Optional<Duration> since(Lsn position, Instant now) {
        if (samples.isEmpty() || position.compareTo(samples.get(0).head()) < 0) {
            return Optional.empty();
        }
        if (position.compareTo(last().head()) >= 0) {
            return Optional.of(Duration.ZERO);
        }
        int from = 0;
        int to = samples.size() - 1;
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (samples.get(middle).head().compareTo(position) > 0) {
                to = middle;
            } else {
                from = middle + 1;
            }
        }
        Duration age = Duration.between(samples.get(from).at(), now);
        return Optional.of(age.isNegative() ? Duration.ZERO : age);
    }

    /** How long the head has been watched: a position that it left before is older than that. */
    public Duration watched(Instant now) {
        return samples.isEmpty()
                ? Duration.ZERO
                : Duration.between(samples.get(0).at(), now);
    }
}
