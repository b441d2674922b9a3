package dev.idem.crash;

import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The named points, as {@code crash-points.txt} lists them: in which scenario of a trial each is passed, or why it is
 * struck by none.
 *
 * <p><i>Threads:</i> immutable.
 */
final class CrashPoints {

    private static final String NONE = "-";
    private static final String REASON = " \\| ";

    private final Map<String, Set<Scenario>> points = new LinkedHashMap<>();
    private final Set<String> callers = new HashSet<>();

    private CrashPoints() {}

    /**
     * Reads the list: {@code scenario,scenario point}, or {@code - point | reason}.
     *
     * @throws IllegalArgumentException on a line that is neither, or a point that is listed twice
     */
    static CrashPoints load() {
        CrashPoints all = new CrashPoints();
        for (String line : ListFile.lines("crash-points.txt")) {
            String[] words = line.split(" +", 2);
            boolean exempt = words[0].equals(NONE);
            String[] parts = words[1].split(REASON, 2);
            if (exempt != (parts.length == 2)) {
                throw new IllegalArgumentException(line + " (expected: a scenario, or - and a reason behind |)");
            }
            Set<Scenario> scenarios = exempt
                    ? Set.of()
                    : Arrays.stream(words[0].split(",")).map(Scenario::valueOf).collect(Collectors.toSet());
            all.callers.add(parts[0].substring(0, parts[0].indexOf('#')));
            if (all.points.put(parts[0].strip(), scenarios) != null) {
                throw new IllegalArgumentException(line + " is listed twice");
            }
        }
        return all;
    }

    /** All names, those that are struck by no trial included. */
    Set<String> names() {
        return new TreeSet<>(points.keySet());
    }

    /** Those that are struck in this scenario, in the order of the list. */
    List<String> in(Scenario scenario) {
        return points.entrySet().stream()
                .filter(point -> point.getValue().contains(scenario))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Whether a point lies in this class of a library. */
    boolean callFrom(String type) {
        return callers.contains(type);
    }

    boolean contains(String name) {
        return points.containsKey(name);
    }
}
