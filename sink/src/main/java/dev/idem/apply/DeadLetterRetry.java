package dev.idem.apply;

import dev.idem.consume.EventFinder;
import dev.idem.consume.LogEvent;
import dev.idem.control.DeadLetter;
import dev.idem.warehouse.WarehouseFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries dead letters again where somebody asked for it: their events are read from the log at their coordinates and go
 * through the same guard as everything that may come late, so what is outdated by now changes nothing.
 *
 * <p><i>Threads:</i> the writer's thread, except {@link #wakeup}.
 *
 * <p><i>Fails:</i> with what is no matter of the letters; the transaction in hand must then be rolled back.
 */
final class DeadLetterRetry implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DeadLetterRetry.class);
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);
    private static final int AT_ONCE = 200;

    private final WarehouseWriter writer;
    private final EventFinder finder;
    private long nextLook = System.nanoTime();

    /** Closes the finder with itself. */
    DeadLetterRetry(WarehouseWriter writer, EventFinder finder) {
        this.writer = writer;
        this.finder = finder;
    }

    /** Tries some of the letters that wait for it. */
    void runOnce() {
        if (System.nanoTime() - nextLook < 0) {
            return;
        }
        List<DeadLetter> letters = writer.requestedRetries(AT_ONCE);
        if (letters.isEmpty()) {
            nextLook = System.nanoTime() + BETWEEN_LOOKS.toNanos();
            return;
        }
        Map<DeadLetter, LogEvent> events = find(letters);
        if (!events.isEmpty()) {
            retry(events);
        }
    }

    /** The letters' events, as far as the log still holds them. */
    private Map<DeadLetter, LogEvent> find(List<DeadLetter> letters) {
        Map<DeadLetter, LogEvent> found = new LinkedHashMap<>();
        List<DeadLetter> gone = new ArrayList<>();
        for (DeadLetter letter : letters) {
            Optional<LogEvent> event = finder.find(letter.coordinates());
            event.ifPresentOrElse(is -> found.put(letter, is), () -> gone.add(letter));
        }
        if (!gone.isEmpty()) {
            writer.keep(
                    gone,
                    "the log no longer holds the event (expected: retention longer than it waited). Remedy: ./idem"
                            + " resync of its table, then ./idem dead-letters discard");
        }
        return found;
    }

    private void retry(Map<DeadLetter, LogEvent> events) {
        writer.beginRetrying();
        try {
            events.values().forEach(writer::addCarefully);
            writer.commitRetried(events.keySet());
        } catch (TableFailedException e) {
            writer.rollback();
            answer(e, events);
            return;
        }
        LOG.info(
                "dead letters tried again count={} first={}",
                events.size(),
                events.keySet().iterator().next().coordinates());
    }

    /** A table that cannot be written at all keeps its letters; the others' are tried again at the next look. */
    private void answer(TableFailedException failed, Map<DeadLetter, LogEvent> events) {
        if (WarehouseFailure.isUniqueViolation(failed.failure())) {
            writer.writeApart(failed.table());
            return;
        }
        List<DeadLetter> ofTable = events.entrySet().stream()
                .filter(entry -> entry.getValue() instanceof LogEvent.Decoded decoded
                        && decoded.definition().table().equals(failed.table()))
                .map(Map.Entry::getKey)
                .toList();
        writer.keep(ofTable, String.valueOf(failed.getMessage()));
    }

    /** Ends a waiting read; thread-safe. */
    void wakeup() {
        finder.wakeup();
    }

    @Override
    public void close() {
        finder.close();
    }
}
