package dev.idem.replay;

import dev.idem.change.Cut;
import dev.idem.change.Lsn;
import dev.idem.consume.CutIndex;
import dev.idem.consume.PositionedCut;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Finds the cut that a position means, or says why there is none.
 *
 * <p><i>Threads:</i> as the index's.
 */
public final class CutFinder {

    private final CutIndex index;
    private final Clock clock;

    /** A finder in this index; the clock tells what is in the future. */
    public CutFinder(CutIndex index, Clock clock) {
        this.index = index;
        this.clock = clock;
    }

    /**
     * The cut.
     *
     * @throws PipelineException {@link ErrorKind#LOG_INCOMPLETE} where the log no longer holds it,
     *     {@link ErrorKind#SETTINGS} where it never did
     */
    public PositionedCut find(LogPosition position) {
        PositionedCut oldest =
                index.oldest().orElseThrow(() -> fails(ErrorKind.SETTINGS, position, "the log is empty"));
        PositionedCut youngest = youngest(position);
        return position.match(
                lsn -> atLsn(lsn, oldest, youngest),
                time -> atTime(time, oldest, youngest),
                cut -> atCut(cut, oldest, youngest),
                beginning -> oldest);
    }

    private PositionedCut youngest(LogPosition position) {
        List<PositionedCut> last = index.youngest(1);
        if (last.isEmpty()) {
            throw fails(ErrorKind.SETTINGS, position, "the log is empty");
        }
        return last.get(0);
    }

    private PositionedCut atLsn(LogPosition.AtLsn at, PositionedCut oldest, PositionedCut youngest) {
        int epoch = youngest.cut().epoch();
        Lsn lsn = at.lsn();
        boolean mayBeBefore =
                oldest.cut().epoch() == epoch && lsn.compareTo(oldest.cut().commitLsn()) < 0;
        requireHeld(at, oldest, mayBeBefore);
        return index.first(
                        cut -> true,
                        cut -> cut.epoch() > epoch
                                || cut.epoch() == epoch && cut.commitLsn().compareTo(lsn) >= 0)
                .orElseThrow(() -> fails(
                        ErrorKind.SETTINGS,
                        at,
                        "the log ends at " + youngest.cut().commitLsn()));
    }

    private PositionedCut atTime(LogPosition.AtTime at, PositionedCut oldest, PositionedCut youngest) {
        Instant now = clock.instant();
        if (at.time().isAfter(now)) {
            throw fails(ErrorKind.SETTINGS, at, "this is in the future, it is " + now);
        }
        Optional<PositionedCut> first = index.first(cut -> cut.commitTime() != null, cut -> true);
        Instant beginning = first.map(cut -> cut.cut().commitTime()).orElse(Instant.MAX);
        requireHeld(at, oldest, at.time().isBefore(beginning));
        return index.first(cut -> cut.commitTime() != null, cut -> reaches(cut, at.time()))
                .orElseThrow(() -> fails(
                        ErrorKind.SETTINGS,
                        at,
                        "the source has committed nothing since; the log ends with cut "
                                + youngest.cut().number()
                                + Optional.ofNullable(youngest.cut().commitTime())
                                        .map(time -> " of " + time)
                                        .orElse("")));
    }

    private static boolean reaches(Cut cut, Instant time) {
        Instant committed = cut.commitTime();
        return committed != null && !committed.isBefore(time);
    }

    private PositionedCut atCut(LogPosition.AtCut at, PositionedCut oldest, PositionedCut youngest) {
        requireHeld(at, oldest, at.number() < oldest.cut().number());
        return index.first(cut -> true, cut -> cut.number() >= at.number())
                .orElseThrow(() -> fails(
                        ErrorKind.SETTINGS,
                        at,
                        "the log ends with cut " + youngest.cut().number()));
    }

    /** Before the first cut of all there is nothing to miss. */
    private static void requireHeld(LogPosition position, PositionedCut oldest, boolean isBefore) {
        if (isBefore && oldest.cut().number() > 1) {
            throw fails(
                    ErrorKind.LOG_INCOMPLETE,
                    position,
                    "the log no longer holds it, it begins with cut "
                            + oldest.cut().number() + " at " + oldest.cut().commitLsn());
        }
    }

    private static PipelineException fails(ErrorKind kind, LogPosition position, String reason) {
        return new PipelineException(
                kind, position + ": " + reason + " (expected: a position that ./idem offsets finds)");
    }
}
