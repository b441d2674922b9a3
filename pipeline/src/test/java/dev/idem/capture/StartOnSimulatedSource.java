package dev.idem.capture;

import dev.idem.capture.CaptureSettings.OnNewHistory;
import dev.idem.change.Cut;
import dev.idem.change.Lsn;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.source.SlotState;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Asks the start rules about a simulated source.
 *
 * @param snapshots true where a snapshot is to be taken, false where streaming goes on
 * @param epoch of what comes
 * @param dropsSlot whether a slot stands in the way of the snapshot
 * @param from where streaming goes on
 */
public record StartOnSimulatedSource(boolean snapshots, int epoch, boolean dropsSlot, Lsn from) {

    /** What the rules say, where a changed history is to be followed. */
    public static StartOnSimulatedSource decide(
            Optional<Cut> last, Cut.SourceIdentity source, Optional<Lsn> confirmedFlush, Lsn walEnd) {
        StartDecision decision = StartRules.decide(new StartFacts(
                last,
                source,
                confirmedFlush.map(lsn -> new SlotState("pgoutput", OptionalInt.empty(), lsn, false)),
                walEnd,
                OnNewHistory.RESYNC));
        return decision.match(
                snapshot -> new StartOnSimulatedSource(true, snapshot.epoch(), snapshot.dropSlot(), Lsn.ZERO),
                stream -> new StartOnSimulatedSource(false, stream.epoch(), false, stream.from()),
                wait -> {
                    throw new AssertionError("the start waits: " + wait.reason());
                },
                refuse -> {
                    throw new PipelineException(ErrorKind.HISTORY_BROKEN, refuse.reason());
                });
    }
}
