package dev.idem.breadth;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A table through all its names and shapes, and what was done to its schema.
 *
 * <p><i>Threads:</i> thread-safe; one client at a time changes the schema, holding {@link #lock}.
 */
final class TableSlot {

    private final ReentrantLock lock = new ReentrantLock();
    private final List<String> history = new ArrayList<>();
    private volatile Optional<TableShape> shape;

    TableSlot(TableShape shape) {
        this.shape = Optional.of(shape);
    }

    ReentrantLock lock() {
        return lock;
    }

    /** As last committed; empty where it was dropped. */
    Optional<TableShape> shape() {
        return shape;
    }

    void become(Optional<TableShape> committed) {
        shape = committed;
    }

    /** Remembers a statement and how it ended. */
    void tell(String event) {
        synchronized (history) {
            history.add(event.length() <= 400 ? event : event.substring(0, 400) + "...");
        }
    }

    List<String> history() {
        synchronized (history) {
            return List.copyOf(history);
        }
    }
}
