package dev.idem.status;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.idem.control.DeadLetter;

/** A dead letter as JSON: its place and the reason, never values. docs/openapi.yaml describes it. */
public final class DeadLetterJson {

    private static final ObjectMapper JSON = new ObjectMapper();

    private DeadLetterJson() {}

    /** The letter as an object. */
    public static ObjectNode of(DeadLetter letter) {
        ObjectNode node = JSON.createObjectNode();
        node.put("id", letter.id())
                .put("topic", letter.coordinates().topic())
                .put("partition", letter.coordinates().partition())
                .put("offset", letter.coordinates().offset());
        letter.table().ifPresent(table -> node.put("schema", table.schema()).put("table", table.name()));
        letter.version().ifPresent(version -> node.put("version", version));
        return node.put("reason", letter.reason())
                .put("since", letter.since().toString())
                .put("attempts", letter.attempts())
                .put("retryRequested", letter.retryRequested());
    }
}
