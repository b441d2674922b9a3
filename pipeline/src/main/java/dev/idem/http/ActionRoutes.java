package dev.idem.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.idem.control.Requests;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.xnio.IoUtils;
import org.xnio.XnioExecutor;

/**
 * What can be asked of the pipeline. Every request carries an idempotency key; what it starts is kept in the warehouse
 * together with its answer.
 *
 * <p><i>Source:</i> draft-ietf-httpapi-idempotency-key-header.
 */
final class ActionRoutes {

    /** Larger bodies are refused unread. */
    static final long MOST_BYTES = 16 * 1024;

    private static final HttpString IDEMPOTENCY_KEY = new HttpString("Idempotency-Key");
    private static final HttpString REPEATED = new HttpString("Idempotency-Replayed");
    private static final int BODY_SECONDS = 10;

    private final Watched watched;

    ActionRoutes(Watched watched) {
        this.watched = watched;
    }

    /** What an action does to the pipeline or a part of it. */
    private interface Action {
        Requests.Work work(Watched.Orders orders, ActionRequest request) throws ActionRequest.Refused;
    }

    HttpHandler pause() {
        return receive(
                ActionRequest.SCOPE,
                (orders, request) ->
                        request.table().map(orders.actions()::pause).orElseGet(orders.actions()::pause));
    }

    HttpHandler resume() {
        return receive(
                ActionRequest.SCOPE,
                (orders, request) ->
                        request.table().map(orders.actions()::resume).orElseGet(orders.actions()::resume));
    }

    HttpHandler resync() {
        return receive(
                ActionRequest.SCOPE, (orders, request) -> orders.actions().resync(request.requireTable()));
    }

    HttpHandler verify() {
        return receive(ActionRequest.SCOPE_AND_REPAIR, (orders, request) -> {
            boolean repair = request.repair();
            return request.table()
                    .map(table -> orders.actions().verify(table, repair))
                    .orElseGet(() -> orders.actions().verify(repair));
        });
    }

    HttpHandler retryDeadLetters() {
        return receive(
                DeadLetterBody.FIELDS,
                (orders, request) -> orders.deadLetters().retrying(DeadLetterBody.read(request)));
    }

    HttpHandler discardDeadLetters() {
        return receive(
                DeadLetterBody.FIELDS,
                (orders, request) -> orders.deadLetters().discarding(DeadLetterBody.read(request)));
    }

    HttpHandler replay() {
        return receive(ReplayBody.FIELDS, (orders, request) -> {
            ReplayBody body = ReplayBody.read(request.body());
            return orders.replays()
                    .orders()
                    .start(
                            body.request().tables(),
                            body.terms(),
                            () -> orders.replays().plan().apply(body.request()));
        });
    }

    HttpHandler cancelReplay() {
        return cancel("replay", (orders, id) -> orders.replays().orders().cancel(id));
    }

    HttpHandler rebuild() {
        return receive(RebuildBody.FIELDS, (orders, request) -> {
            RebuildBody body = RebuildBody.read(request.body());
            return orders.rebuilds().start(body.tables(), body.isDryRun());
        });
    }

    HttpHandler cancelRebuild() {
        return cancel("rebuild", (orders, id) -> orders.rebuilds().cancel(id));
    }

    private HttpHandler cancel(String what, BiFunction<Watched.Orders, Long, Requests.Work> cancelling) {
        return exchange -> {
            OptionalLong id = ResourceId.of(exchange);
            if (id.isEmpty()) {
                ResourceId.unknown(what).send(exchange);
                return;
            }
            receive(List.of(), (orders, request) -> cancelling.apply(orders, id.getAsLong()))
                    .handleRequest(exchange);
        };
    }

    /** A body that does not come costs a connection for some seconds and no thread. */
    private HttpHandler receive(List<String> fields, Action action) {
        return exchange -> {
            if (exchange.getRequestContentLength() > MOST_BYTES) {
                tooLarge(exchange);
                return;
            }
            XnioExecutor.Key deadline = exchange.getIoThread()
                    .executeAfter(() -> IoUtils.safeClose(exchange.getConnection()), BODY_SECONDS, TimeUnit.SECONDS);
            exchange.getRequestReceiver()
                    .receiveFullBytes(
                            (same, body) -> {
                                deadline.remove();
                                same.dispatch(ApiServer.guarded(worker -> act(worker, fields, action, body)));
                            },
                            (same, failure) -> {
                                deadline.remove();
                                tooLarge(same);
                            });
        };
    }

    private static void tooLarge(HttpServerExchange exchange) {
        exchange.setPersistent(false);
        new Problem(413, "the body is too large or was cut (expected: at most " + MOST_BYTES + " bytes)")
                .send(exchange);
    }

    private void act(HttpServerExchange exchange, List<String> fields, Action action, byte[] body) {
        if (watched.warehouse().isEmpty()) {
            new Problem(409, "this process has no warehouse (expected: one with idem.role all or sink)").send(exchange);
            return;
        }
        Watched.Orders orders = watched.warehouse().get();
        try {
            ActionRequest request = ActionRequest.read(
                    exchange.getRequestPath(),
                    header(exchange, IDEMPOTENCY_KEY),
                    header(exchange, Headers.CONTENT_TYPE),
                    body,
                    fields);
            Requests.Work work = action.work(orders, request);
            answer(exchange, orders.requests().once(request.key(), request.fingerprint(), work));
            orders.ordered().run();
        } catch (ActionRequest.Refused e) {
            e.problem().send(exchange);
        }
    }

    private static void answer(HttpServerExchange exchange, Requests.Result result) {
        switch (result.outcome()) {
            case KEY_REUSED -> new Problem(422, "Idempotency-Key: was used with another request").send(exchange);
            case RUNNING -> new Problem(409, "the same request is being done at this moment").send(exchange);
            case REPEATED -> {
                exchange.getResponseHeaders().put(REPEATED, "true");
                send(exchange, result.answer().orElseThrow());
            }
            case DONE -> send(exchange, result.answer().orElseThrow());
        }
    }

    private static void send(HttpServerExchange exchange, Requests.Answer answer) {
        ObjectNode body = answer.body();
        if (answer.status() >= 400) {
            new Problem(answer.status(), body.path("detail").asText()).send(exchange);
            return;
        }
        exchange.setStatusCode(answer.status());
        Answers.json(exchange, body);
    }

    private static String header(HttpServerExchange exchange, HttpString name) {
        String value = exchange.getRequestHeaders().getFirst(name);
        return value == null ? "" : value;
    }
}
