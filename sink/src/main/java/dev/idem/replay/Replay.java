package dev.idem.replay;

import dev.idem.apply.ReplayTarget;
import dev.idem.apply.ReplayWriter;
import dev.idem.change.TableId;
import dev.idem.consume.CutIndex;
import dev.idem.consume.PositionedCut;
import dev.idem.consume.ReadInterruptedException;
import dev.idem.control.ReplayCount;
import dev.idem.control.ReplayCursor;
import dev.idem.control.ReplayRecord;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import java.time.Clock;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;

/**
 * A second reader of the log, beside the one that streams: applies what lies between two cuts once more.
 *
 * <p>It is harmless by construction: it reads nothing that the stream has not applied, every change is guarded by its
 * version, and no position of the stream is touched. On a warehouse that is right it changes nothing; what is missing
 * or too old there comes back.
 *
 * <p><i>Threads:</i> one thread, except {@link #stop}.
 *
 * <p><i>Fails:</i> with a {@link PipelineException}; what was applied stays, and the replay can be resumed.
 */
public final class Replay {

    private static final long UNRECORDED = 0;

    private final LogView log;
    private final ReplayWriter writer;
    private final Clock clock;
    private final ReplayListener listener;
    private final CountDownLatch stopping = new CountDownLatch(1);

    /** A replay of this log into what the writer reaches. */
    public Replay(LogView log, ReplayWriter writer, Clock clock, ReplayListener listener) {
        this.log = log;
        this.writer = writer;
        this.clock = clock;
        this.listener = listener;
    }

    /** What is needed to go through the cuts. */
    private record Course(ReplayRecord replay, OptionalLong eventsPerSecond, Pieces.Writing writing) {}

    /**
     * Carries out a request. Where the same one was ended in the middle, that goes on.
     *
     * @throws PipelineException where it cannot be: see {@link CutFinder}, {@link ReplayPlan} and
     *     {@link ReplayWriter#register}
     */
    public ReplayProgress run(ReplayRequest request) {
        Optional<ReplayRecord> earlier = writer.unfinished().stream()
                .filter(replay -> replay.request().equals(request.text()))
                .findFirst();
        if (earlier.isPresent()) {
            return resume(earlier.get(), request.eventsPerSecond());
        }
        ReplayRecord planned = plan(request);
        if (planned.fromCut() > planned.toCut()) {
            return progress(planned, ReplayProgress.State.DONE);
        }
        return apply(writer.register(planned), request.eventsPerSecond());
    }

    /** Tells what a request would change, and changes nothing. */
    public ReplayProgress rehearse(ReplayRequest request) {
        return go(new Course(
                plan(request), request.eventsPerSecond(), (events, next) -> Optional.of(writer.rehearse(events))));
    }

    /** Goes on with a replay that was ended in the middle. */
    public ReplayProgress resume(ReplayRecord replay, OptionalLong eventsPerSecond) {
        return apply(writer.resume(replay), eventsPerSecond);
    }

    /** Goes on with one that tells what it would change, and changes nothing but its own record. */
    public ReplayProgress resumeRehearsal(ReplayRecord replay, OptionalLong eventsPerSecond) {
        ReplayRecord claimed = writer.resume(replay);
        return go(new Course(claimed, eventsPerSecond, (events, next) -> writer.rehearse(claimed.id(), events, next)));
    }

    private ReplayProgress apply(ReplayRecord replay, OptionalLong eventsPerSecond) {
        return go(new Course(replay, eventsPerSecond, (events, next) -> writer.apply(replay.id(), events, next)));
    }

    /** Ends what is going on after the piece in hand; thread-safe. It can be resumed. */
    public void stop() {
        stopping.countDown();
    }

    /**
     * What a request comes to: a record without a number, whose last cut lies before its first where nothing is to be
     * read.
     *
     * @throws PipelineException {@link ErrorKind#SETTINGS} where a table or position is unknown,
     *     {@link ErrorKind#LOG_INCOMPLETE} where the log no longer holds it
     */
    public ReplayRecord plan(ReplayRequest request) {
        ReplayTarget target = writer.target().orElseThrow(ReplayTarget::nothingApplied);
        Set<TableId> tables = target.chosen(request.tables());
        try (CutIndex index = log.index()) {
            if (!index.exists()) {
                throw new PipelineException(
                        ErrorKind.SETTINGS,
                        "topic " + log.topics().progress() + ": is not there (expected: the log of this pipeline)");
            }
            CutFinder finder = new CutFinder(index, clock);
            PositionedCut from = finder.find(request.from());
            long to = request.to()
                    .map(position -> finder.find(position).cut().number())
                    .map(number -> Math.min(number, target.progress().cut()))
                    .orElse(target.progress().cut());
            ReplayPlan.Start start = request.from() instanceof LogPosition.Beginning
                    ? ReplayPlan.Start.AS_FAR_BACK_AS_POSSIBLE
                    : ReplayPlan.Start.FIXED;
            ReplayPlan plan = ReplayPlan.of(from, to, start, tables, log.topics(), log);
            return new ReplayRecord(
                    UNRECORDED,
                    request.text(),
                    ReplayRecord.State.RUNNING,
                    plan.fromCut(),
                    plan.toCut(),
                    plan.records(),
                    0,
                    ReplayCursor.at(plan.fromOffset()),
                    tables.stream().collect(Collectors.toMap(table -> table, table -> ReplayCount.NONE)));
        }
    }

    private ReplayProgress go(Course course) {
        ReplayRecord replay = course.replay();
        Set<String> topics =
                replay.tables().keySet().stream().map(log.topics()::of).collect(Collectors.toSet());
        Pieces pieces = new Pieces(course.writing(), replay, course.eventsPerSecond());
        pieces.tell(listener, stopping);
        try {
            Passage.read(log, topics, replay, pieces);
            pieces.write();
        } catch (ReadInterruptedException e) {
            return pieces.progress(ReplayProgress.State.STOPPED);
        } catch (Pieces.GivenUpException e) {
            return pieces.progress(ReplayProgress.State.CANCELLED);
        }
        boolean done = replay.id() == UNRECORDED || writer.finish(replay.id());
        return pieces.progress(done ? ReplayProgress.State.DONE : ReplayProgress.State.CANCELLED);
    }

    private static ReplayProgress progress(ReplayRecord replay, ReplayProgress.State state) {
        return new ReplayProgress(
                replay.id(), state, replay.fromCut(), replay.toCut(), replay.events(), replay.seen(), replay.tables());
    }
}
