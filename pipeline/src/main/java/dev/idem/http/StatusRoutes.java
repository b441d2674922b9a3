package dev.idem.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.idem.error.PipelineException;
import dev.idem.replay.LogPosition;
import dev.idem.status.DeadLetterJson;
import dev.idem.status.PipelineStatus;
import dev.idem.status.StatusJson;
import io.undertow.server.HttpServerExchange;
import java.time.Clock;
import java.time.ZoneId;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.LongFunction;

/** What can be asked about the pipeline. */
final class StatusRoutes {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST = 1000;
    private static final int FEW = 100;

    private final Watched watched;

    StatusRoutes(Watched watched) {
        this.watched = watched;
    }

    void status(HttpServerExchange exchange) {
        send(exchange, status -> StatusJson.of(status).toString());
    }

    void tables(HttpServerExchange exchange) {
        send(exchange, status -> StatusJson.tables(status.tables()).toString());
    }

    private void send(HttpServerExchange exchange, Function<PipelineStatus, String> body) {
        Optional<PipelineStatus> status = watched.latest().get();
        if (status.isEmpty()) {
            new Problem(503, "the status is not known yet, ask again in a second").send(exchange);
            return;
        }
        Answers.text(exchange, "application/json", body.apply(status.get()));
    }

    void history(HttpServerExchange exchange) {
        Answers.json(exchange, watched.history().get());
    }

    void metrics(HttpServerExchange exchange) {
        Answers.text(
                exchange,
                "text/plain; version=0.0.4; charset=utf-8",
                watched.metrics().get());
    }

    /** The youngest first; reasons and places, never values. */
    void deadLetters(HttpServerExchange exchange) {
        list(exchange, watched::deadLetters, DeadLetterJson::of);
    }

    /** The youngest first; counts and names of columns, never keys or values. */
    void verifications(HttpServerExchange exchange) {
        list(exchange, watched::verifications, VerificationJson::of);
    }

    /** The youngest first. */
    void replays(HttpServerExchange exchange) {
        list(exchange, watched::replays, ReplayJson::of);
    }

    /** The youngest first. */
    void rebuilds(HttpServerExchange exchange) {
        list(exchange, watched::rebuilds, RebuildJson::of);
    }

    private static <T> void list(
            HttpServerExchange exchange, IntFunction<List<T>> youngest, Function<T, JsonNode> json) {
        limit(exchange).ifPresent(limit -> {
            ArrayNode nodes = JSON.createArrayNode();
            youngest.apply(limit).forEach(one -> nodes.add(json.apply(one)));
            Answers.json(exchange, nodes);
        });
    }

    void replay(HttpServerExchange exchange) {
        one(exchange, "replay", id -> watched.replay(id).map(ReplayJson::of));
    }

    void rebuild(HttpServerExchange exchange) {
        one(exchange, "rebuild", id -> watched.rebuild(id).map(RebuildJson::of));
    }

    private static void one(HttpServerExchange exchange, String what, LongFunction<Optional<ObjectNode>> find) {
        OptionalLong id = ResourceId.of(exchange);
        Optional<ObjectNode> found = id.isEmpty() ? Optional.empty() : find.apply(id.getAsLong());
        found.ifPresentOrElse(
                node -> Answers.json(exchange, node),
                () -> ResourceId.unknown(what).send(exchange));
    }

    /** The youngest cuts, or the one of a position. Only the process that applies knows where the warehouse stands. */
    void offsets(HttpServerExchange exchange) {
        if (watched.warehouse().isEmpty()) {
            new Problem(409, "this process has no warehouse (expected: one with idem.role all or sink)").send(exchange);
            return;
        }
        Watched.Offsets offsets = watched.warehouse().get().replays().offsets();
        try {
            Optional<LogPosition> position = position(exchange);
            limit(exchange).ifPresent(limit -> Answers.json(exchange, OffsetsJson.of(offsets.find(position, limit))));
        } catch (IllegalArgumentException e) {
            new Problem(400, "at: not understood (expected: " + LogPosition.EXPECTED + ')').send(exchange);
        } catch (PipelineException e) {
            int status = switch (e.kind()) {
                case SETTINGS -> 400;
                case LOG_INCOMPLETE -> 409;
                default -> throw e;
            };
            new Problem(status, String.valueOf(e.getMessage())).send(exchange);
        }
    }

    /**
     * The position that is asked for; empty for none.
     *
     * @throws IllegalArgumentException where it is not understood
     */
    private static Optional<LogPosition> position(HttpServerExchange exchange) {
        Deque<String> given = exchange.getQueryParameters().get("at");
        return given == null || given.isEmpty()
                ? Optional.empty()
                : Optional.of(LogPosition.parse(given.getFirst(), Clock.system(ZoneId.systemDefault())));
    }

    /** How many are asked for; empty where that is not understood, and was answered so. */
    private static Optional<Integer> limit(HttpServerExchange exchange) {
        Deque<String> given = exchange.getQueryParameters().get("limit");
        String limit = given == null || given.isEmpty() ? String.valueOf(FEW) : given.getFirst();
        if (!limit.matches("\\d{1,4}") || Integer.parseInt(limit) < 1 || Integer.parseInt(limit) > MOST) {
            new Problem(400, "limit: not understood (expected: a number from 1 to " + MOST + ')').send(exchange);
            return Optional.empty();
        }
        return Optional.of(Integer.parseInt(limit));
    }
}
