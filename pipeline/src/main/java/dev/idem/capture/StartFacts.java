package dev.idem.capture;

import dev.idem.capture.CaptureSettings.OnNewHistory;
import dev.idem.change.Cut;
import dev.idem.change.Lsn;
import dev.idem.source.SlotState;
import java.util.Optional;

/**
 * What is known at a start, all that {@link StartRules} decide upon.
 *
 * @param lastCut the log's youngest cut, read after older captures were fenced
 * @param source the source as it is now
 * @param slot the slot, where there is one
 * @param serverWal the end of the source's WAL now
 * @param onNewHistory what the settings say
 */
record StartFacts(
        Optional<Cut> lastCut,
        Cut.SourceIdentity source,
        Optional<SlotState> slot,
        Lsn serverWal,
        OnNewHistory onNewHistory) {}
