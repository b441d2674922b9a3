package dev.idem.process;

import dev.idem.apply.SinkListener;
import dev.idem.apply.TableCount;
import dev.idem.change.Cut;
import dev.idem.change.TableId;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Adds up what the sink has done since the process began.
 *
 * <p><i>Threads:</i> thread-safe.
 */
public final class ApplyCounters implements SinkListener {

    private final Map<TableId, TableCount> byTable = new TreeMap<>();
    private long cuts;
    private long commits;
    private @Nullable Instant lastCommitTime;
    private Instant newestCommitTime = Instant.MIN;
    private @Nullable Duration delay;
    private volatile Consumer<Duration> onBatch = time -> {};

    /**
     * What was done, at one moment.
     *
     * @param cuts cuts applied, those that came again among them
     * @param commits warehouse transactions
     * @param lastCommitTime the source's commit time of the last transaction applied; null before the first
     * @param delay from a transaction's commit in the source to its commit in the warehouse, of the last one applied
     *     for the first time; null before the first
     * @param byTable events read and rows changed, by table
     */
    public record Totals(
            long cuts,
            long commits,
            @Nullable Instant lastCommitTime,
            @Nullable Duration delay,
            Map<TableId, TableCount> byTable) {

        /** All tables together. */
        public TableCount all() {
            return byTable.values().stream().reduce(TableCount.NONE, TableCount::plus);
        }
    }

    @Override
    public synchronized void applied(Cut last, int newCuts, Map<TableId, TableCount> counts) {
        cuts += newCuts;
        commits++;
        Instant commitTime = last.commitTime();
        if (commitTime != null) {
            lastCommitTime = commitTime;
            measureDelay(commitTime);
        }
        counts.forEach((table, count) -> byTable.merge(table, count, TableCount::plus));
    }

    /** What comes again was late the first time, not now. */
    private void measureDelay(Instant commitTime) {
        if (commitTime.isAfter(newestCommitTime)) {
            newestCommitTime = commitTime;
            delay = Duration.between(commitTime, Instant.now());
        }
    }

    @Override
    public void took(Duration time) {
        onBatch.accept(time);
    }

    /** Is told how long each warehouse transaction took; one listener. */
    public void onBatch(Consumer<Duration> listener) {
        onBatch = listener;
    }

    /** The sums so far. */
    public synchronized Totals totals() {
        return new Totals(cuts, commits, lastCommitTime, delay, new TreeMap<>(byTable));
    }
}
