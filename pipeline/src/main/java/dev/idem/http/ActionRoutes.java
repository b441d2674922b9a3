package dev.idem.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.idem.apply.PipelineActions;
import dev.idem.apply.Requests;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
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

    /** What an action does to the pipeline or a table of it. */
    private interface Action {
        /** The work; empty where it needs a table and there is none. */
        Optional<Requests.Work> work(PipelineActions actions, ActionRequest request);

        /** What the request's body may have. */
        default List<String> fields() {
            return ActionRequest.SCOPE;
        }
    }

    HttpHandler pause() {
        return receive((actions, request) ->
                Optional.of(request.table().map(actions::pause).orElseGet(actions::pause)));
    }

    HttpHandler resume() {
        return receive((actions, request) ->
                Optional.of(request.table().map(actions::resume).orElseGet(actions::resume)));
    }

    HttpHandler resync() {
        return receive((actions, request) -> request.table().map(actions::resync));
    }

    HttpHandler verify() {
        return receive(new Action() {
            @Override
            public Optional<Requests.Work> work(PipelineActions actions, ActionRequest request) {
                return Optional.of(request.table()
                        .map(table -> actions.verify(table, request.repair()))
                        .orElseGet(() -> actions.verify(request.repair())));
            }

            @Override
            public List<String> fields() {
                return ActionRequest.SCOPE_AND_REPAIR;
            }
        });
    }

    /** A body that does not come costs a connection for some seconds and no thread. */
    private HttpHandler receive(Action action) {
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
                                same.dispatch(ApiServer.guarded(worker -> act(worker, action, body)));
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

    private void act(HttpServerExchange exchange, Action action, byte[] body) {
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
                    action.fields());
            Requests.Work work = action.work(orders.actions(), request)
                    .orElseThrow(() -> new ActionRequest.Refused(
                            400,
                            "the body names no table (expected: {\"schema\": \"public\", \"table\": \"orders\"})"));
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
