package dev.idem.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.idem.control.VerificationRecord;
import java.util.Locale;

/** What a comparison found, as JSON; docs/openapi.yaml describes it. */
final class VerificationJson {

    private static final ObjectMapper JSON = new ObjectMapper();

    private VerificationJson() {}

    static ObjectNode of(VerificationRecord record) {
        ObjectNode node = JSON.createObjectNode();
        node.put("schema", record.table().schema()).put("table", record.table().name());
        node.put("origin", record.origin().name().toLowerCase(Locale.ROOT));
        node.put("startedAt", record.startedAt().toString());
        node.put("finishedAt", record.finishedAt().toString());
        node.put("result", record.result().text());
        node.put("share", record.share());
        node.put("rows", record.rows()).put("chunks", record.chunks());
        VerificationRecord.Found found = record.found();
        node.put("missing", found.missing())
                .put("extra", found.extra())
                .put("differing", found.differing())
                .put("incomplete", found.incomplete())
                .put("moving", found.moving());
        record.differingColumns().forEach(node.putArray("differingColumns")::add);
        node.put("repaired", record.repaired());
        node.put("detail", record.detail());
        return node;
    }
}
