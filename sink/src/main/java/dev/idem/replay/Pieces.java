package dev.idem.replay;

import dev.idem.change.TableId;
import dev.idem.consume.LogEvent;
import dev.idem.consume.PositionedCut;
import dev.idem.consume.ReadInterruptedException;
import dev.idem.control.ReplayCount;
import dev.idem.control.ReplayCursor;
import dev.idem.control.ReplayRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Collects events into pieces, each of which the writer applies in a transaction, and keeps the pace.
 *
 * <p><i>Threads:</i> one thread.
 */
final class Pieces {

    private static final int LARGEST_EVENTS = 2_000;
    private static final long LARGEST_CHARACTERS = 8L << 20;
    private static final int PIECES_A_SECOND = 5;
    private static final long LONGEST_SILENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Writing writing;
    private final ReplayRecord replay;
    private final OptionalLong eventsPerSecond;
    private final int largest;
    private final long begun = System.nanoTime();
    private final List<LogEvent> events = new ArrayList<>();
    private final Map<String, Map<Integer, Long>> partly = new HashMap<>();
    private final Map<TableId, ReplayCount> counts;
    private ReplayListener listener = progress -> {};
    private CountDownLatch stopping = new CountDownLatch(1);
    private long nextCut;
    private long characters;
    private long seen;
    private long seenHere;
    private long lastWrite = System.nanoTime();

    Pieces(Writing writing, ReplayRecord replay, OptionalLong eventsPerSecond) {
        this.writing = writing;
        this.replay = replay;
        this.eventsPerSecond = eventsPerSecond;
        this.largest =
                (int) Math.max(1, Math.min(LARGEST_EVENTS, eventsPerSecond.orElse(Long.MAX_VALUE) / PIECES_A_SECOND));
        this.counts = new HashMap<>(replay.tables());
        this.nextCut = replay.cursor().logOffset();
        this.seen = replay.seen();
    }

    /** What is done with a piece. */
    interface Writing {
        /** What came of it; empty where the replay was given up. */
        Optional<Map<TableId, ReplayCount>> write(List<LogEvent> events, ReplayCursor next);
    }

    /** The replay was given up by somebody else. */
    static final class GivenUpException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** Who is told of each piece, and what ends the work. */
    void tell(ReplayListener told, CountDownLatch ending) {
        listener = told;
        stopping = ending;
    }

    void startCut(PositionedCut cut) {
        nextCut = cut.nextOffset() - 1;
        partly.clear();
        if (nextCut == replay.cursor().logOffset()) {
            replay.cursor().partly().forEach((topic, partitions) -> partly.put(topic, new HashMap<>(partitions)));
        }
    }

    /** Takes in the next event of the cut. The second half of a key change joins the first. */
    void add(LogEvent event) {
        boolean full = events.size() >= largest || characters >= LARGEST_CHARACTERS;
        if (full && !isSecondHalf(event)) {
            write();
        }
        events.add(event);
        characters +=
                event instanceof LogEvent.Decoded decoded ? decoded.change().characters() : 0;
        partly.computeIfAbsent(event.coordinates().topic(), topic -> new HashMap<>())
                .put(event.coordinates().partition(), event.coordinates().offset() + 1);
    }

    private static boolean isSecondHalf(LogEvent event) {
        return event instanceof LogEvent.Decoded decoded
                && decoded.change()
                        .match(
                                upsert -> upsert.movedFrom().isPresent(),
                                delete -> false,
                                truncate -> false,
                                row -> false);
    }

    void endCut(PositionedCut cut) {
        nextCut = cut.nextOffset();
        partly.clear();
        if (stopping.getCount() == 0 || System.nanoTime() - lastWrite > LONGEST_SILENCE_NANOS) {
            write();
        }
    }

    /** Writes what is at hand and waits as the pace wants it. */
    void write() {
        ReplayCursor cursor = new ReplayCursor(nextCut, partly);
        writing.write(List.copyOf(events), cursor)
                .orElseThrow(GivenUpException::new)
                .forEach((table, count) -> counts.merge(table, count, ReplayCount::plus));
        seen += events.size();
        seenHere += events.size();
        events.clear();
        characters = 0;
        lastWrite = System.nanoTime();
        listener.progressed(progress(ReplayProgress.State.RUNNING));
        keepPace();
    }

    private void keepPace() {
        long due = eventsPerSecond.isEmpty()
                ? 0
                : (long) (seenHere * (double) TimeUnit.SECONDS.toNanos(1) / eventsPerSecond.getAsLong());
        long pause = Math.max(0, due - (System.nanoTime() - begun));
        try {
            if (stopping.await(pause, TimeUnit.NANOSECONDS)) {
                throw new ReadInterruptedException(null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ReadInterruptedException(e);
        }
    }

    ReplayProgress progress(ReplayProgress.State state) {
        return new ReplayProgress(replay.id(), state, replay.fromCut(), replay.toCut(), replay.events(), seen, counts);
    }
}
