package dev.idem.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.idem.control.DeadLetterQueue.Selection;
import dev.idem.http.ActionRequest.Refused;
import java.util.List;

/** Which dead letters the body of a request names: one, those of a table, or, where it says so, all. */
final class DeadLetterBody {

    private static final String ID = "id";
    private static final String ALL = "all";

    /** What it may have. */
    static final List<String> FIELDS = List.of(ID, "schema", "table", ALL);

    private DeadLetterBody() {}

    static Selection read(ActionRequest request) throws Refused {
        JsonNode body = request.body();
        if (request.table().isPresent() && body.size() == 2) {
            return Selection.of(request.table().get());
        }
        if (body.size() == 1
                && body.path(ID).isIntegralNumber()
                && body.path(ID).canConvertToLong()) {
            return Selection.of(body.path(ID).longValue());
        }
        if (body.size() == 1 && body.path(ALL).isBoolean() && body.path(ALL).booleanValue()) {
            return Selection.ALL;
        }
        throw new Refused(
                400,
                "the body names no dead letters (expected one of: {\"id\": 1}, {\"schema\": \"public\", \"table\":"
                        + " \"orders\"}, {\"all\": true})");
    }
}
