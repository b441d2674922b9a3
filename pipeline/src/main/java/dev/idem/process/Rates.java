package dev.idem.process;

import dev.idem.status.PipelineStatus.Throughput;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Turns counts that rise into rates over the last seconds.
 *
 * <p><i>Threads:</i> one thread.
 */
final class Rates {

    private static final Duration SPAN = Duration.ofSeconds(5);

    private final Deque<Counts> last = new ArrayDeque<>();

    private record Counts(Instant at, long published, long events, long rows) {}

    /** The rates since the oldest of the last counts. */
    Throughput next(Instant at, long published, long events, long rows) {
        last.add(new Counts(at, published, events, rows));
        while (last.size() > 2 && Duration.between(last.getFirst().at(), at).compareTo(SPAN) > 0) {
            last.removeFirst();
        }
        Counts first = last.getFirst();
        double seconds = Duration.between(first.at(), at).toMillis() / 1000.0;
        return seconds <= 0
                ? Throughput.NONE
                : new Throughput(
                        (published - first.published()) / seconds,
                        (events - first.events()) / seconds,
                        (rows - first.rows()) / seconds);
    }
}
