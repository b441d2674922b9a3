package dev.idem.breadth;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the clients did: a storm in which everything is refused shows nothing.
 *
 * <p><i>Threads:</i> thread-safe.
 */
final class Tally {

    private final Map<SchemaOperation, Integer> changes = new EnumMap<>(SchemaOperation.class);
    private final Map<String, Integer> refusals = new TreeMap<>();
    private final Map<String, String> examples = new TreeMap<>();
    private int committed;
    private int written;

    synchronized void committed() {
        committed++;
    }

    synchronized void wrote() {
        written++;
    }

    synchronized void changed(SchemaOperation operation) {
        changes.merge(operation, 1, Integer::sum);
    }

    synchronized void refused(String state, String message) {
        refusals.merge(state, 1, Integer::sum);
        examples.putIfAbsent(state, message.lines().findFirst().orElse(""));
    }

    synchronized int commits() {
        return committed;
    }

    synchronized int writes() {
        return written;
    }

    synchronized int changes() {
        return changes.values().stream().mapToInt(Integer::intValue).sum();
    }

    @Override
    public synchronized String toString() {
        return "transactions=" + committed + " writes=" + written + " refused=" + refusals + " changes=" + changes
                + " examples=" + examples;
    }
}
