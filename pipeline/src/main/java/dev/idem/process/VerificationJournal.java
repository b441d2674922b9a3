package dev.idem.process;

import dev.idem.control.VerificationRecord;
import dev.idem.control.VerificationRecord.Found;
import dev.idem.control.VerificationRecord.Origin;
import dev.idem.control.VerificationRecord.Result;
import dev.idem.control.Verifications;
import dev.idem.verify.TableResult;
import dev.idem.verify.TableResult.Counts;
import java.time.Clock;
import java.time.Instant;
import java.util.List;

/**
 * Keeps what comparisons find in the warehouse.
 *
 * <p><i>Threads:</i> one thread.
 */
public final class VerificationJournal {

    private final Verifications verifications;
    private final Origin origin;
    private final double share;
    private final Clock clock = Clock.systemUTC();
    private Instant start = clock.instant();

    /**
     * A journal of comparisons that begin now.
     *
     * @param share of the tables' chunks that they compare
     */
    public VerificationJournal(Verifications verifications, Origin origin, double share) {
        this.verifications = verifications;
        this.origin = origin;
        this.share = share;
    }

    /**
     * The comparison of a table has ended, and that of the next begins.
     *
     * @throws dev.idem.error.PipelineException of the warehouse's kinds
     */
    public void add(TableResult result) {
        Instant end = clock.instant();
        Counts counts = result.counts();
        verifications.add(new VerificationRecord(
                result.table(),
                origin,
                start,
                end,
                kind(result),
                share,
                counts.rows(),
                result.chunks(),
                new Found(counts.missing(), counts.extra(), counts.differing(), counts.incomplete(), counts.moving()),
                List.copyOf(result.differingColumns().keySet()),
                result.repaired(),
                detail(result)));
        start = end;
    }

    private static Result kind(TableResult result) {
        if (!result.obstacle().isEmpty()) {
            return Result.NOT_COMPARED;
        }
        if (result.isEqual()) {
            return result.repaired() > 0 ? Result.REPAIRED : Result.EQUAL;
        }
        return result.isBehind() ? Result.BEHIND : Result.DIFFERENT;
    }

    private static String detail(TableResult result) {
        return result.sourceOnly().isEmpty()
                ? result.obstacle()
                : "the warehouse lacks the columns " + result.sourceOnly();
    }
}
