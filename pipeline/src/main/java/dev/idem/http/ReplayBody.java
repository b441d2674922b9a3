package dev.idem.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.idem.control.ReplayEntry.Terms;
import dev.idem.http.ActionRequest.Refused;
import dev.idem.replay.LogPosition;
import dev.idem.replay.ReplayRequest;
import java.time.Clock;
import java.time.ZoneId;
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
    private static final String RATE = "rate";
    private static final String DRY_RUN = "dryRun";

    /** What it may have. */
    static final List<String> FIELDS = List.of(FROM, TO, ActionRequest.TABLES, RATE, DRY_RUN);

    static ReplayBody read(JsonNode body) throws Refused {
        LogPosition from = position(body, FROM).orElseThrow(() -> refused(FROM, "a position: " + LogPosition.EXPECTED));
        OptionalLong rate = rate(body);
        ReplayRequest request = new ReplayRequest(from, position(body, TO), ActionRequest.tables(body), rate);
        return new ReplayBody(request, new Terms(ActionRequest.flag(body, DRY_RUN), rate));
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

    private static Refused refused(String field, String expected) {
        return new Refused(400, "the body's field " + field + " is not understood (expected: " + expected + ")");
    }
}
