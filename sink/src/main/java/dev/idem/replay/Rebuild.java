package dev.idem.replay;

import dev.idem.apply.RebuildStart;
import dev.idem.apply.RebuildWriter;
import dev.idem.apply.TableChangedException;
import dev.idem.change.TableId;
import dev.idem.consume.LogEvent;
import dev.idem.consume.ReadInterruptedException;
import dev.idem.control.RebuildResult;
import dev.idem.control.RebuiltTable;
import dev.idem.control.ReplayCount;
import dev.idem.control.ReplayCursor;
import dev.idem.control.ReplayRecord;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.warehouse.Progress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Derives a table afresh from the log: its events go into a shadow of it, from the beginning to where the stream
 * stands, and then the table is brought to the shadow's content in one transaction.
 *
 * <p><i>Threads:</i> one thread, except {@link #stop}.
 *
 * <p><i>Fails:</i> with a {@link PipelineException}; the table is then as it was, and so it is after {@link #stop}.
 */
public final class Rebuild {

    private static final Logger LOG = LoggerFactory.getLogger(Rebuild.class);
    private static final int MOST_ATTEMPTS = 3;

    /** What is left for the transaction in which the stream waits, where the rebuild keeps up with the stream. */
    private static final long FEW_CUTS = 100;

    private static final int MOST_ROUNDS = 20;
    private static final long UNRECORDED = 0;

    private final LogView log;
    private final RebuildWriter writer;
    private final ReplayListener listener;
    private final CountDownLatch stopping = new CountDownLatch(1);

    /** A rebuild from this log of what the writer reaches. */
    public Rebuild(LogView log, RebuildWriter writer, ReplayListener listener) {
        this.log = log;
        this.writer = writer;
        this.listener = listener;
    }

    /** What is done with the shadow in the end. */
    public enum Mode {
        /** The table takes its content. */
        SWAP,
        /** It is compared with the table, which stays as it is. */
        DRY_RUN
    }

    /**
     * Rebuilds a table.
     *
     * @return what came of it; empty where it was stopped, and then the table is as it was
     */
    public Optional<RebuildResult> run(TableId table, Mode mode) {
        return run(table, mode, result -> true);
    }

    /**
     * Rebuilds a table and has the result kept.
     *
     * @param keep takes the result, where the table is swapped in the transaction that does it; false where the rebuild
     *     was given up
     * @return what came of it; empty where it was stopped or given up, and then the table is as it was
     */
    public Optional<RebuildResult> run(TableId table, Mode mode, Predicate<RebuildResult> keep) {
        try {
            return Optional.of(attempts(table, mode, keep));
        } catch (ReadInterruptedException | Pieces.GivenUpException e) {
            return Optional.empty();
        } finally {
            discard();
        }
    }

    private RebuildResult attempts(TableId table, Mode mode, Predicate<RebuildResult> keep) {
        for (int attempt = 1; true; attempt++) {
            try {
                RebuildStart start = writer.begin(table);
                return new Course(RebuildPlan.of(start, log), start.progress()).go(table, mode, keep);
            } catch (TableChangedException e) {
                if (attempt >= MOST_ATTEMPTS) {
                    throw new PipelineException(ErrorKind.WAREHOUSE_BUSY, String.valueOf(e.getMessage()), e);
                }
                LOG.warn("rebuild begins anew table={} reason=\"{}\"", table, e.getMessage());
            }
        }
    }

    /** What is left after a failure is dropped by the next rebuild; the failure stays the one that counts. */
    private void discard() {
        try {
            writer.discard();
        } catch (PipelineException e) {
            LOG.warn("shadow of a table is left until the next rebuild reason=\"{}\"", e.getMessage());
        }
    }

    /** Ends what is going on after the piece in hand; thread-safe. */
    public void stop() {
        stopping.countDown();
    }

    /** What is done with events. */
    private interface Writing {
        Map<TableId, ReplayCount> write(List<LogEvent> events);
    }

    /** The way of one shadow: how far it has come, and on to where the stream stands. */
    private final class Course {
        private final RebuildPlan plan;
        private final long records;
        private ReplayRecord read;
        private long nextOffset;

        Course(RebuildPlan plan, Progress target) {
            this.plan = plan;
            ReplayPlan reads = plan.reads();
            this.records = reads.records();
            this.read = span(reads.fromCut(), reads.fromOffset(), reads.toCut(), 0, Map.of());
            this.nextOffset = target.logOffset();
        }

        private ReplayRecord span(long from, long offset, long to, long seen, Map<TableId, ReplayCount> counts) {
            return new ReplayRecord(
                    UNRECORDED,
                    "rebuild",
                    ReplayRecord.State.RUNNING,
                    from,
                    to,
                    records,
                    seen,
                    ReplayCursor.at(offset),
                    counts);
        }

        RebuildResult go(TableId table, Mode mode, Predicate<RebuildResult> keep) {
            readOn(writer::write);
            for (int round = 0; round < MOST_ROUNDS && writer.progress().cut() - read.toCut() > FEW_CUTS; round++) {
                follow(writer.progress(), writer::write);
            }
            writer.prepare();
            follow(writer.progress(), writer::write);
            return switch (mode) {
                case SWAP ->
                    result(table, writer.swap(this::finish, rebuilt -> requireKept(result(table, rebuilt), keep)));
                case DRY_RUN -> {
                    RebuildResult result = result(table, writer.rehearse(this::finish));
                    requireKept(result, keep);
                    yield result;
                }
            };
        }

        private RebuildResult result(TableId table, RebuiltTable rebuilt) {
            return new RebuildResult(table, plan.reads().fromCut(), read.toCut(), read.seen(), rebuilt);
        }

        private static void requireKept(RebuildResult result, Predicate<RebuildResult> keep) {
            if (!keep.test(result)) {
                throw new Pieces.GivenUpException();
            }
        }

        private void finish(Progress stream) {
            follow(stream, writer::writeWithin);
        }

        private void follow(Progress stream, Writing writing) {
            RebuildPlan.requireSameLog(stream, log);
            if (stream.cut() > read.toCut()) {
                read = span(read.toCut() + 1, nextOffset, stream.cut(), read.seen(), read.tables());
                nextOffset = stream.logOffset();
                readOn(writing);
            }
        }

        private void readOn(Writing writing) {
            Pieces pieces =
                    new Pieces((events, next) -> Optional.of(writing.write(events)), read, OptionalLong.empty());
            pieces.tell(listener, stopping);
            Passage.read(log, plan.topics(), read, pieces);
            pieces.write();
            ReplayProgress now = pieces.progress(ReplayProgress.State.RUNNING);
            read = span(read.fromCut(), read.cursor().logOffset(), read.toCut(), now.seen(), now.tables());
        }
    }
}
