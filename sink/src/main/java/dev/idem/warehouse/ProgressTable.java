package dev.idem.warehouse;

import dev.idem.change.Cut;
import dev.idem.change.Lsn;
import dev.idem.consume.PositionedCut;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.RowView;

/**
 * The table {@code idem.progress}.
 *
 * <p>All writing happens in the caller's transaction.
 *
 * <p><i>Threads:</i> immutable.
 */
public final class ProgressTable {

    private final String pipeline;

    /** The row of that pipeline, there or not. */
    public ProgressTable(String pipeline) {
        this.pipeline = pipeline;
    }

    /** Whose position it is. */
    public String pipeline() {
        return pipeline;
    }

    /** The position; empty where the pipeline was never applied here. */
    public Optional<Progress> read(Handle handle) {
        return handle.createQuery("""
                        select generation, epoch, commit_lsn::text as lsn, cut, log_offset, consistent
                        from idem.progress
                        where pipeline = :pipeline""")
                .bind("pipeline", pipeline)
                .reduceRows(Optional.<Progress>empty(), (none, row) -> Optional.of(progress(row)));
    }

    private static Progress progress(RowView row) {
        return new Progress(
                row.getColumn("generation", Long.class),
                row.getColumn("epoch", Integer.class),
                Lsn.parse(row.getColumn("lsn", String.class)),
                row.getColumn("cut", Long.class),
                row.getColumn("log_offset", Long.class),
                row.getColumn("consistent", Boolean.class));
    }

    /** Whether everything applied was committed at the source before that time; false where that is not known. */
    public boolean isBehind(Handle handle, Instant time) {
        return handle.createQuery("""
                        select coalesce(commit_ts < :time, false) from idem.progress
                        where pipeline = :pipeline""")
                .bind("time", time.atOffset(ZoneOffset.UTC))
                .bind("pipeline", pipeline)
                .mapTo(Boolean.class)
                .one();
    }

    /**
     * Makes the claimant the writer: ends the sessions of older writers, which may hold locks, and takes the next
     * generation.
     *
     * @throws PipelineException {@link ErrorKind#FENCED} where the claimant was the writer and another has taken over;
     *     that one is left in peace
     */
    public Progress takeOver(Handle handle, WriterClaim claim, String applicationName) {
        if (claim.right() == WriterClaim.Right.GO_ON) {
            requireStillWriter(handle, claim);
        }
        handle.createQuery("""
                        select count(pg_terminate_backend(pid))
                        from pg_stat_activity
                        where application_name = :name and usename = current_user and pid <> pg_backend_pid()""").bind("name", applicationName).mapTo(Long.class).one();
        // One statement: what is read later may be the generation of another who took over in between.
        return handle.createQuery("""
                        insert into idem.progress as progress (pipeline, generation, writer)
                        values (:pipeline, 1, :writer)
                        on conflict (pipeline) do update set
                          generation = progress.generation + 1,
                          writer = excluded.writer
                        returning generation, epoch, commit_lsn::text as lsn, cut, log_offset, consistent""")
                .bind("pipeline", pipeline)
                .bind("writer", claim.writer())
                .reduceRows(Optional.<Progress>empty(), (none, row) -> Optional.of(progress(row)))
                .orElseThrow();
    }

    private void requireStillWriter(Handle handle, WriterClaim claim) {
        boolean taken = handle.createQuery("""
                        select writer is distinct from :writer
                        from idem.progress
                        where pipeline = :pipeline""")
                .bind("writer", claim.writer())
                .bind("pipeline", pipeline)
                .mapTo(Boolean.class)
                .findOne()
                .orElse(false);
        if (taken) {
            throw fenced("the sink of pipeline " + pipeline);
        }
    }

    private static PipelineException fenced(String who) {
        return new PipelineException(
                ErrorKind.FENCED,
                who + ": a younger writer has taken over (expected: one sink for each pipeline). Nothing of the batch"
                        + " in hand was applied");
    }

    /**
     * Keeps younger writers from taking over before the caller's transaction ends.
     *
     * @throws PipelineException {@link ErrorKind#FENCED} where one has taken over
     */
    public void requireWriter(Handle handle, Progress progress) {
        boolean isWriter = handle.createQuery("""
                        select generation = :generation from idem.progress
                        where pipeline = :pipeline
                        for update""")
                .bind("generation", progress.generation())
                .bind("pipeline", pipeline)
                .mapTo(Boolean.class)
                .findOne()
                .orElse(false);
        if (!isWriter) {
            throw fenced("generation " + progress.generation() + " of pipeline " + pipeline);
        }
    }

    /**
     * Sets the read position back, so that cuts are read again. What was applied stays applied: the commit up to which
     * the warehouse is does not fall.
     *
     * @param logOffset the offset of the next record to read
     * @param cut the number of the cut before it; 0 where that is the beginning
     * @throws PipelineException {@link ErrorKind#FENCED} where a younger writer has taken over
     */
    public Progress rewind(Handle handle, Progress from, long logOffset, long cut) {
        int rows = handle.createUpdate("""
                        update idem.progress set cut = :cut, log_offset = :offset
                        where pipeline = :pipeline and generation = :generation""")
                .bind("cut", cut)
                .bind("offset", logOffset)
                .bind("pipeline", pipeline)
                .bind("generation", from.generation())
                .execute();
        if (rows != 1) {
            throw fenced("generation " + from.generation() + " of pipeline " + pipeline);
        }
        return new Progress(from.generation(), from.epoch(), from.commitLsn(), cut, logOffset, from.consistent());
    }

    /**
     * Moves the position over a cut.
     *
     * @throws PipelineException {@link ErrorKind#FENCED} where a younger writer has taken over; the transaction must be
     *     rolled back
     */
    public Progress advance(Handle handle, Progress from, PositionedCut cut, long events) {
        Progress next = from.after(cut);
        Cut to = cut.cut();
        int rows = handle.createUpdate("""
                        update idem.progress set
                          epoch = :epoch,
                          commit_lsn = :lsn::pg_lsn,
                          commit_ts = greatest(commit_ts, :time),
                          cut = :cut,
                          log_offset = :offset,
                          consistent = :consistent,
                          events = events + :events,
                          applied_at = now()
                        where pipeline = :pipeline and generation = :generation""")
                .bind("epoch", next.epoch())
                .bind("lsn", next.commitLsn().toString())
                .bind("time", to.commitTime() == null ? null : to.commitTime().atOffset(ZoneOffset.UTC))
                .bind("cut", next.cut())
                .bind("offset", next.logOffset())
                .bind("consistent", next.consistent())
                .bind("events", events)
                .bind("pipeline", pipeline)
                .bind("generation", from.generation())
                .execute();
        if (rows != 1) {
            throw fenced("generation " + from.generation() + " of pipeline " + pipeline);
        }
        return next;
    }
}
