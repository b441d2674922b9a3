package dev.idem.status;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What the charts of the page show: the figures of the last minutes.
 *
 * <p><i>Threads:</i> thread-safe.
 */
public final class History {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_POINTS = 300;

    private final Deque<ObjectNode> points = new ArrayDeque<>();

    /** Takes the figures of a status in. */
    public synchronized void add(PipelineStatus status) {
        points.add(point(status));
        if (points.size() > MOST_POINTS) {
            points.removeFirst();
        }
    }

    /** One point: its time in milliseconds, and what is known of lag, throughput and retained WAL. */
    public static ObjectNode point(PipelineStatus status) {
        ObjectNode node = JSON.createObjectNode();
        node.put("t", status.at().toEpochMilli());
        status.lag().time().ifPresent(time -> node.put("lagSeconds", time.toMillis() / 1000.0));
        status.lag().bytes().ifPresent(bytes -> node.put("lagBytes", bytes));
        node.put("published", Math.round(status.throughput().publishedPerSecond()));
        node.put("applied", Math.round(status.throughput().eventsPerSecond()));
        node.put("rows", Math.round(status.throughput().rowsPerSecond()));
        status.slot().ifPresent(slot -> node.put("retainedBytes", slot.retainedBytes()));
        return node;
    }

    /** The points, the oldest first. */
    public synchronized ArrayNode json() {
        return JSON.createArrayNode().addAll(points);
    }
}
