package dev.idem.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.idem.control.RebuildEntry;
import dev.idem.control.RebuildResult;
import dev.idem.control.ReplayRecord;
import java.util.Locale;

/** A rebuild as JSON; docs/openapi.yaml describes it. */
final class RebuildJson {

    private static final ObjectMapper JSON = new ObjectMapper();

    private RebuildJson() {}

    static ObjectNode of(RebuildEntry entry) {
        ObjectNode node = JSON.createObjectNode();
        node.put("rebuild", entry.id());
        node.put("state", entry.state().name().toLowerCase(Locale.ROOT));
        node.put("dryRun", entry.isDryRun());
        node.put("startedAt", entry.startedAt().toString());
        node.put("updatedAt", entry.updatedAt().toString());
        String reason = entry.state() == ReplayRecord.State.FAILED ? "failure" : "waits";
        entry.reason().ifPresent(text -> node.put(reason, text));
        ArrayNode tables = node.putArray("tables");
        entry.parts().forEach(part -> {
            ObjectNode of = tables.addObject();
            of.put("schema", part.table().schema()).put("table", part.table().name());
            of.put("records", part.records()).put("seen", part.seen());
            part.result().ifPresent(result -> of.set("result", of(result)));
        });
        return node;
    }

    private static ObjectNode of(RebuildResult result) {
        return JSON.createObjectNode()
                .put("fromCut", result.fromCut())
                .put("toCut", result.toCut())
                .put("rows", result.rebuilt().rows())
                .put("missing", result.rebuilt().missing())
                .put("differing", result.rebuilt().differing())
                .put("extra", result.rebuilt().extra())
                .put("deletes", result.rebuilt().deletes());
    }
}
