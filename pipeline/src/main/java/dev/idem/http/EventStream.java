package dev.idem.http;

import dev.idem.status.History;
import dev.idem.status.PipelineStatus;
import dev.idem.status.StatusJson;
import io.undertow.Handlers;
import io.undertow.server.HttpHandler;
import io.undertow.server.handlers.sse.ServerSentEventConnection;
import io.undertow.server.handlers.sse.ServerSentEventHandler;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends each new status to those who listen, as server-sent events: first {@code history}, then {@code status} and
 * {@code point} once a second. It holds no thread; who does not read is let go.
 *
 * <p><i>Threads:</i> thread-safe.
 *
 * <p><i>Source:</i> HTML Standard, "Server-sent events".
 */
final class EventStream {

    private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);
    private static final int MOST_LISTENERS = 50;
    private static final int MOST_UNSENT = 40;
    private static final int KEEP_ALIVE_MS = 15_000;

    private final Watched watched;
    private final Map<ServerSentEventConnection, AtomicInteger> unsent = new ConcurrentHashMap<>();

    EventStream(Watched watched) {
        this.watched = watched;
    }

    HttpHandler handler() {
        ServerSentEventHandler events = Handlers.serverSentEvents((connection, lastEventId) -> open(connection));
        return exchange -> {
            if (unsent.size() >= MOST_LISTENERS) {
                new Problem(503, "too many listen already (expected: at most " + MOST_LISTENERS + ')').send(exchange);
                return;
            }
            exchange.setPersistent(false);
            events.handleRequest(exchange);
        };
    }

    private void open(ServerSentEventConnection connection) {
        connection.setKeepAliveTime(KEEP_ALIVE_MS);
        unsent.put(connection, new AtomicInteger());
        connection.addCloseTask(unsent::remove);
        send(connection, "history", watched.history().get().toString());
        watched.latest()
                .get()
                .ifPresent(status ->
                        send(connection, "status", StatusJson.of(status).toString()));
    }

    /** Sends a status to all. */
    void publish(PipelineStatus status) {
        if (unsent.isEmpty()) {
            return;
        }
        String text = StatusJson.of(status).toString();
        String point = History.point(status).toString();
        unsent.keySet().forEach(connection -> {
            send(connection, "status", text);
            send(connection, "point", point);
        });
    }

    private void send(ServerSentEventConnection connection, String event, String data) {
        AtomicInteger waiting = unsent.get(connection);
        if (waiting == null) {
            return;
        }
        if (waiting.incrementAndGet() > MOST_UNSENT) {
            close(connection);
            return;
        }
        connection.send(data, event, null, new ServerSentEventConnection.EventCallback() {
            @Override
            public void done(
                    ServerSentEventConnection same, @Nullable String sent, @Nullable String name, @Nullable String id) {
                waiting.decrementAndGet();
            }

            @Override
            public void failed(
                    ServerSentEventConnection same,
                    @Nullable String sent,
                    @Nullable String name,
                    @Nullable String id,
                    IOException failure) {
                LOG.debug("a listener is gone", failure);
                close(same);
            }
        });
    }

    private void close(ServerSentEventConnection connection) {
        unsent.remove(connection);
        try {
            connection.close();
        } catch (IOException e) {
            LOG.debug("a listener is gone", e);
        }
    }
}
