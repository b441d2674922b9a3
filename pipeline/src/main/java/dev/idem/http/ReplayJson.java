package dev.idem.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.idem.control.ReplayCount;
import dev.idem.control.ReplayEntry;
import dev.idem.control.ReplayRecord;
import java.util.Locale;
import java.util.TreeMap;

/** A replay as JSON; docs/openapi.yaml describes it. */
final class ReplayJson {

    private static final ObjectMapper JSON = new ObjectMapper();

    private ReplayJson() {}

    static ObjectNode of(ReplayEntry entry) {
        ReplayRecord replay = entry.replay();
        ObjectNode node = JSON.createObjectNode();
        node.put("replay", replay.id());
        node.put("request", replay.request());
        node.put("state", replay.state().name().toLowerCase(Locale.ROOT));
        node.put("dryRun", entry.terms().isDryRun());
        entry.terms().eventsPerSecond().ifPresent(rate -> node.put("rate", rate));
        node.put("fromCut", replay.fromCut()).put("toCut", replay.toCut());
        node.put("records", replay.events()).put("seen", replay.seen());
        node.put(
                "changed",
                replay.tables().values().stream()
                        .mapToLong(ReplayCount::changed)
                        .sum());
        node.put("startedAt", entry.startedAt().toString());
        node.put("updatedAt", entry.updatedAt().toString());
        entry.failure().ifPresent(failure -> node.put("failure", failure));
        ArrayNode tables = node.putArray("tables");
        new TreeMap<>(replay.tables()).forEach((table, count) -> {
            ObjectNode of = tables.addObject();
            of.put("schema", table.schema()).put("table", table.name());
            of.put("seen", count.seen()).put("changed", count.changed());
            of.put("skipped", count.skipped()).put("refused", count.refused());
            if (count.leftOut() != null) {
                of.put("leftOut", count.leftOut());
            }
        });
        return node;
    }
}
