package dev.idem.control;

import java.util.Map;
import java.util.TreeMap;

/**
 * How far a replay has read.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param logOffset the offset of the next cut, in the topic of the cuts
 * @param partly by topic and partition the offset up to which that cut has been read
 */
public record ReplayCursor(long logOffset, Map<String, Map<Integer, Long>> partly) {

    /** Copies the maps. */
    public ReplayCursor {
        Map<String, Map<Integer, Long>> copy = new TreeMap<>();
        partly.forEach((topic, partitions) -> copy.put(topic, Map.copyOf(partitions)));
        partly = Map.copyOf(copy);
    }

    /** Before a cut. */
    public static ReplayCursor at(long logOffset) {
        return new ReplayCursor(logOffset, Map.of());
    }
}
