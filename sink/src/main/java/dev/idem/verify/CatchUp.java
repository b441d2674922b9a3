package dev.idem.verify;

import dev.idem.change.Lsn;
import dev.idem.error.PipelineException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Waits until the pipeline has brought the warehouse past a position of the source, as {@link CatchUpRule} decides.
 *
 * <p><i>Threads:</i> one thread.
 */
final class CatchUp {

    private static final Duration PAUSE = Duration.ofMillis(50);

    private final Databases databases;
    private final VerifySettings settings;
    private final CatchUpRule rule;
    private final boolean hasProgress;

    /** Where a wait ended in vain: no further wait is made for as long as it stands there. */
    private Optional<Lsn> stuckAt = Optional.empty();

    CatchUp(Databases databases, VerifySettings settings) {
        this.databases = databases;
        this.settings = settings;
        this.rule =
                new CatchUpRule(settings.limits().settle(), settings.limits().maxWait());
        this.hasProgress = databases
                .warehouse()
                .list(
                        "looking for the position in the warehouse",
                        "select to_regclass('idem.progress') is not null",
                        List.of(),
                        row -> row.getBoolean(1))
                .get(0);
    }

    /**
     * Returns when the warehouse has what was committed at the source until now, or waiting longer would tell nothing.
     */
    void await() {
        Lsn target = sourcePosition();
        boolean isMarked = mark();
        long start = System.nanoTime();
        long movedAt = start;
        Optional<Lsn> applied = applied();
        while (!rule.isOver(
                target, new CatchUpRule.Facts(applied, isMarked && !isStuck(applied), since(movedAt), since(start)))) {
            Pauses.pause(PAUSE);
            Optional<Lsn> now = applied();
            if (!now.equals(applied)) {
                applied = now;
                movedAt = System.nanoTime();
            }
        }
        while (isCommitInvisible() && since(start).compareTo(settings.limits().maxWait()) < 0) {
            Pauses.pause(PAUSE);
        }
        stuckAt = CatchUpRule.hasPassed(target, applied) ? Optional.empty() : applied;
    }

    /**
     * True where a commit that the capture may have seen is not visible at the source yet, since its session waits for
     * a synchronous standby: the warehouse is ahead then. Other roles' sessions tell that only to members of
     * {@code pg_monitor}.
     */
    private boolean isCommitInvisible() {
        return !databases
                .source()
                .list(
                        "looking for commits that wait for a standby",
                        "select 1 from pg_stat_activity where wait_event = 'SyncRep' limit 1",
                        List.of(),
                        row -> row.getInt(1))
                .isEmpty();
    }

    /** True where the last wait ended before the warehouse had what it was waited for. */
    boolean isBehind() {
        return stuckAt.isPresent();
    }

    private boolean isStuck(Optional<Lsn> applied) {
        return stuckAt.isPresent() && stuckAt.equals(applied);
    }

    /** The source's position: what was committed before lies below it. */
    private Lsn sourcePosition() {
        return databases
                .source()
                .list("reading the source's WAL position", """
                        select case when pg_is_in_recovery()
                            then pg_last_wal_replay_lsn() else pg_current_wal_insert_lsn() end::text
                        """, List.of(), row -> Lsn.parse(row.getString(1)))
                .get(0);
    }

    /** Puts an empty message into the WAL, as heartbeats do; it changes no data. False where that is not permitted. */
    private boolean mark() {
        if (!hasSlot()) {
            return false;
        }
        try {
            databases
                    .source()
                    .list(
                            "marking the position in the source's WAL",
                            "select pg_logical_emit_message(true, 'idem', '')::text",
                            List.of(),
                            row -> row.getString(1));
            return true;
        } catch (PipelineException e) {
            if (Side.SOURCE.isLost(e.kind())) {
                throw e;
            }
            return false;
        }
    }

    private Optional<Lsn> applied() {
        if (!hasProgress) {
            return Optional.empty();
        }
        return databases
                .warehouse()
                .list(
                        "reading the position in the warehouse",
                        "select commit_lsn::text from idem.progress where pipeline = ?",
                        List.of(settings.pipeline()),
                        row -> Lsn.parse(row.getString(1)))
                .stream()
                .findFirst();
    }

    /** Whether a capture will see the mark; one that starts or comes back has no session on its slot for a while. */
    private boolean hasSlot() {
        return settings.slot().isPresent()
                && !databases
                        .source()
                        .list(
                                "reading the replication slot",
                                "select 1 from pg_replication_slots where slot_name = ?",
                                List.of(settings.slot().get()),
                                row -> row.getInt(1))
                        .isEmpty();
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }
}
