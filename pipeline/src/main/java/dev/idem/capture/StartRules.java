package dev.idem.capture;

import dev.idem.capture.CaptureSettings.OnNewHistory;
import dev.idem.change.Cut;
import dev.idem.source.SlotState;
import java.util.Optional;

/**
 * Decides what a start leads to. Pure.
 *
 * <p>The log's last cut says up to where it is complete. Streaming may go on only where nothing can lie between that
 * and the first transaction that the slot will send, and where nothing new can look old:
 *
 * <pre>
 *   slot's confirmed_flush_lsn  &lt;=  last cut  &lt;=  server's WAL      on one system identifier, timeline, database and slot
 * </pre>
 *
 * <p>A slot that is ahead has let go of changes that the log lacks. A server that is behind is not the one the cut came
 * from (a restored backup, a standby that lost WAL): its new changes would carry positions that look old. Neither gives
 * an error of its own; both would lose silently.
 */
final class StartRules {

    private static final int FIRST_EPOCH = 1;

    private StartRules() {}

    static StartDecision decide(StartFacts facts) {
        Optional<StartDecision.Wait> busy = busySlot(facts.source().slot(), facts.slot());
        if (busy.isPresent()) {
            return busy.get();
        }
        return facts.lastCut().map(cut -> decideAfter(cut, facts)).orElseGet(() -> decideFirst(facts));
    }

    /** What is done where the stream shows that the source's history is another one than the log's. */
    static StartDecision decideOnNewHistory(StartFacts facts, String reason) {
        return newHistory(facts.lastCut().orElseThrow(), facts, reason);
    }

    /** Asked before the log is opened too: a second capture stands by and does not fence the one that works. */
    static Optional<StartDecision.Wait> busySlot(String name, Optional<SlotState> slot) {
        return slot.filter(state -> state.activePid().isPresent())
                .map(state -> new StartDecision.Wait("replication slot " + name + " is in use by server process "
                        + state.activePid().getAsInt()));
    }

    private static StartDecision decideFirst(StartFacts facts) {
        if (facts.slot().isEmpty()) {
            return new StartDecision.Snapshot(FIRST_EPOCH, false, "the log is empty");
        }
        String slot = facts.source().slot();
        return new StartDecision.Refuse(
                "replication slot " + slot + " exists, but the log has no progress record: it belongs to someone else,"
                        + " or the topics were deleted",
                "set source.slot to another name, or, if nothing else uses the slot, run"
                        + " select pg_drop_replication_slot('" + slot + "') on the source");
    }

    private static StartDecision decideAfter(Cut last, StartFacts facts) {
        Optional<String> change = identityChange(last.source(), facts.source());
        if (change.isPresent()) {
            return newHistory(last, facts, change.get());
        }
        Optional<String> behind = serverBehind(last, facts);
        if (last.kind().isWithinSnapshot()) {
            // Rows that the log holds of the snapshot must not be newer than those of the next attempt.
            return behind.isPresent()
                    ? newHistory(last, facts, behind.get())
                    : new StartDecision.Snapshot(
                            last.epoch(),
                            facts.slot().isPresent(),
                            "the snapshot of epoch " + last.epoch() + " is not complete");
        }
        Optional<String> gap = slotGap(last, facts).or(() -> behind);
        return gap.isPresent()
                ? newHistory(last, facts, gap.get())
                : new StartDecision.Stream(last.epoch(), last.commitLsn());
    }

    private static Optional<String> identityChange(Cut.SourceIdentity then, Cut.SourceIdentity now) {
        if (!then.systemIdentifier().equals(now.systemIdentifier())) {
            return Optional.of("the source is another cluster: system identifier " + now.systemIdentifier()
                    + " (the log's: " + then.systemIdentifier() + ')');
        }
        if (then.timeline() != now.timeline()) {
            return Optional.of("the source is on timeline " + now.timeline() + " (the log's: " + then.timeline()
                    + "): it was restored or a standby was promoted");
        }
        if (!then.database().equals(now.database())) {
            return Optional.of("the source is database " + now.database() + " (the log's: " + then.database() + ')');
        }
        return then.slot().equals(now.slot())
                ? Optional.empty()
                : Optional.of("the replication slot is " + now.slot() + " (the log's: " + then.slot() + ')');
    }

    private static Optional<String> slotGap(Cut last, StartFacts facts) {
        String name = facts.source().slot();
        if (facts.slot().isEmpty()) {
            return Optional.of("replication slot " + name + " is missing; the log ends at " + last.commitLsn()
                    + " and what was committed since then may be gone");
        }
        SlotState slot = facts.slot().get();
        if (slot.lost()) {
            return Optional.of("replication slot " + name + " is invalidated: the source has removed WAL that the log"
                    + " lacks since " + last.commitLsn());
        }
        if (slot.confirmedFlush().compareTo(last.commitLsn()) > 0) {
            return Optional.of("replication slot " + name + " is ahead of the log: confirmed_flush_lsn "
                    + slot.confirmedFlush() + ", the log ends at " + last.commitLsn() + "; what lies between is lost");
        }
        return Optional.empty();
    }

    private static Optional<String> serverBehind(Cut last, StartFacts facts) {
        return facts.serverWal().compareTo(last.commitLsn()) < 0
                ? Optional.of("the source is behind the log: its WAL ends at " + facts.serverWal() + ", the log at "
                        + last.commitLsn() + "; it was restored from a backup or is another server")
                : Optional.empty();
    }

    private static StartDecision newHistory(Cut last, StartFacts facts, String reason) {
        if (facts.onNewHistory() == OnNewHistory.RESYNC) {
            return new StartDecision.Snapshot(last.epoch() + 1, facts.slot().isPresent(), reason);
        }
        return new StartDecision.Refuse(
                reason,
                "set source.on-new-history=resync to start a new epoch with a new snapshot of every table, or bring the"
                        + " source back to the history of the log");
    }
}
