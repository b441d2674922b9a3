package dev.idem.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.idem.change.TableId;
import dev.idem.control.ReplayEntry.Terms;
import dev.idem.http.ActionRequest.Refused;
import dev.idem.replay.LogPosition;
import dev.idem.replay.ReplayRequest;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The body of a request for a replay, understood.
 *
 * <p><i>Threads:</i> immutable.
 */
record ReplayBody(ReplayRequest request, Terms terms) {

    private static final String FROM = "from";
    private static final String TO = "to";
    private static final String TABLES = "tables";
    private static final String RATE = "rate";
    private static final String DRY_RUN = "dryRun";

    /** What it may have. */
    static final List<String> FIELDS = List.of(FROM, TO, TABLES, RATE, DRY_RUN);

    static ReplayBody read(JsonNode body) throws Refused {
        LogPosition from = position(body, FROM).orElseThrow(() -> refused(FROM, "a position: " + LogPosition.EXPECTED));
        OptionalLong rate = rate(body);
        ReplayRequest request = new ReplayRequest(from, position(body, TO), tables(body), rate);
        if (body.has(DRY_RUN) && !body.path(DRY_RUN).isBoolean()) {
            throw refused(DRY_RUN, "true or false");
        }
        return new ReplayBody(request, new Terms(body.path(DRY_RUN).asBoolean(), rate));
    }

    private static Optional<LogPosition> position(JsonNode body, String field) throws Refused {
        if (!body.has(field)) {
            return Optional.empty();
        }
        try {
            return Optional.of(LogPosition.parse(
                    body.path(field).isTextual() ? body.path(field).textValue() : "",
                    Clock.system(ZoneId.systemDefault())));
        } catch (IllegalArgumentException e) {
            throw refused(field, LogPosition.EXPECTED);
        }
    }

    private static OptionalLong rate(JsonNode body) throws Refused {
        if (!body.has(RATE)) {
            return OptionalLong.empty();
        }
        JsonNode rate = body.path(RATE);
        if (!rate.isIntegralNumber() || !rate.canConvertToLong() || rate.longValue() < 1) {
            throw refused(RATE, "events a second, at least 1");
        }
        return OptionalLong.of(rate.longValue());
    }

    private static List<TableId> tables(JsonNode body) throws Refused {
        List<TableId> tables = new ArrayList<>();
        if (body.has(TABLES)
                && (!body.path(TABLES).isArray() || body.path(TABLES).isEmpty())) {
            throw refused(TABLES, "a list of {\"schema\": \"public\", \"table\": \"orders\"}, or none for all");
        }
        for (JsonNode table : body.path(TABLES)) {
            if (table.size() != 2) {
                throw refused(TABLES, "each with schema and table");
            }
            tables.add(ActionRequest.table(table).orElseThrow(() -> refused(TABLES, "each with schema and table")));
        }
        return tables;
    }

    private static Refused refused(String field, String expected) {
        return new Refused(400, "the body's field " + field + " is not understood (expected: " + expected + ")");
    }
}
