package dev.idem.http;

import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.status.PipelineStatus;
import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.RoutingHandler;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.Options;
import org.xnio.Sequence;

/**
 * The HTTP server of a running process.
 *
 * <p>Requests are read without a thread for each; what is too large, too slow or too many costs no more than its
 * connection.
 *
 * <p><i>Threads:</i> thread-safe.
 */
public final class ApiServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ApiServer.class);
    private static final int IO_THREADS = 2;
    private static final int WORKERS = 4;
    private static final int MOST_CONNECTIONS = 1000;
    private static final int CONNECTIONS_AGAIN = 900;
    private static final int BUFFER_BYTES = 16 * 1024;
    private static final int HEADER_BYTES = 16 * 1024;
    private static final int PARSE_MS = 10_000;
    private static final int IDLE_MS = 60_000;
    private static final HttpString FETCH_SITE = new HttpString("Sec-Fetch-Site");

    private final Undertow server;
    private final EventStream events;

    private ApiServer(Undertow server, EventStream events) {
        this.server = server;
        this.events = events;
    }

    /**
     * Where it listens.
     *
     * @param port 0 for any that is free
     * @param token that clients must show; empty for none
     * @param tls empty where it speaks in clear
     */
    public record Address(String host, int port, String token, Optional<TlsIdentity> tls) {

        /** Leaves the token out. */
        @Override
        public String toString() {
            return host + ':' + port;
        }
    }

    /**
     * Starts it.
     *
     * @throws PipelineException {@link ErrorKind#SETTINGS} where it cannot listen there
     */
    public static ApiServer start(Address address, Watched watched) {
        EventStream events = new EventStream(watched);
        Undertow server = listening(address)
                .setIoThreads(IO_THREADS)
                .setWorkerThreads(WORKERS)
                .setBufferSize(BUFFER_BYTES)
                .setDirectBuffers(false)
                .setSocketOption(Options.CONNECTION_HIGH_WATER, MOST_CONNECTIONS)
                .setSocketOption(Options.CONNECTION_LOW_WATER, CONNECTIONS_AGAIN)
                .setServerOption(UndertowOptions.MAX_ENTITY_SIZE, ActionRoutes.MOST_BYTES)
                .setServerOption(UndertowOptions.MAX_HEADER_SIZE, HEADER_BYTES)
                .setServerOption(UndertowOptions.REQUEST_PARSE_TIMEOUT, PARSE_MS)
                .setServerOption(UndertowOptions.NO_REQUEST_TIMEOUT, IDLE_MS)
                .setHandler(guarded(protectedBy(new Access(address.token()), routes(watched, events))))
                .build();
        try {
            server.start();
        } catch (RuntimeException e) {
            throw new PipelineException(
                    ErrorKind.SETTINGS,
                    "http.host, http.port: cannot listen on " + address + " (" + e.getMessage()
                            + "; expected: an address of this machine and a port that is free)",
                    e);
        }
        ApiServer started = new ApiServer(server, events);
        LOG.info(
                "http listens url={}://{}:{}/ token={}",
                address.tls().isPresent() ? "https" : "http",
                address.host(),
                started.port(),
                !address.token().isEmpty());
        return started;
    }

    private static Undertow.Builder listening(Address address) {
        Undertow.Builder builder = Undertow.builder();
        return address.tls()
                .map(tls -> builder.addHttpsListener(address.port(), address.host(), tls.context())
                        .setSocketOption(Options.SSL_ENABLED_PROTOCOLS, Sequence.of("TLSv1.3", "TLSv1.2")))
                .orElseGet(() -> builder.addHttpListener(address.port(), address.host()));
    }

    private static RoutingHandler routes(Watched watched, EventStream events) {
        StatusRoutes status = new StatusRoutes(watched);
        HealthRoutes health = new HealthRoutes(watched.latest());
        ActionRoutes actions = new ActionRoutes(watched);
        HttpHandler page = PageFiles.of("index.html", "text/html");
        return Handlers.routing()
                .get("/", page)
                .get("/page.css", PageFiles.of("page.css", "text/css"))
                .get("/page.js", PageFiles.of("page.js", "text/javascript"))
                .get("/health", health::both)
                .get("/health/live", health::live)
                .get("/health/ready", health::ready)
                .get("/metrics", onWorker(status::metrics))
                .get("/api/v1/status", onWorker(status::status))
                .get("/api/v1/history", onWorker(status::history))
                .get("/api/v1/tables", onWorker(status::tables))
                .get("/api/v1/dead-letters", onWorker(status::deadLetters))
                .get("/api/v1/verifications", onWorker(status::verifications))
                .get("/api/v1/offsets", onWorker(status::offsets))
                .get("/api/v1/replays", onWorker(status::replays))
                .get("/api/v1/replays/{id}", onWorker(status::replay))
                .get("/api/v1/rebuilds", onWorker(status::rebuilds))
                .get("/api/v1/rebuilds/{id}", onWorker(status::rebuild))
                .get("/api/v1/events", events.handler())
                .post("/api/v1/pause", actions.pause())
                .post("/api/v1/resume", actions.resume())
                .post("/api/v1/resync", actions.resync())
                .post("/api/v1/verifications", actions.verify())
                .post("/api/v1/dead-letters/retry", actions.retryDeadLetters())
                .post("/api/v1/dead-letters/discard", actions.discardDeadLetters())
                .post("/api/v1/replays", actions.replay())
                .post("/api/v1/replays/{id}/cancel", actions.cancelReplay())
                .post("/api/v1/rebuilds", actions.rebuild())
                .post("/api/v1/rebuilds/{id}/cancel", actions.cancelRebuild())
                .setFallbackHandler(
                        exchange -> new Problem(404, "no such resource, see docs/openapi.yaml").send(exchange))
                .setInvalidMethodHandler(exchange -> {
                    exchange.getResponseHeaders().put(Headers.ALLOW, "GET, POST");
                    new Problem(405, "this resource does not take that method").send(exchange);
                });
    }

    private static HttpHandler onWorker(HttpHandler handler) {
        return exchange -> exchange.dispatch(guarded(handler));
    }

    /** The page and the health tell nothing that needs a token; without one they are refused to foreign hosts too. */
    private static HttpHandler protectedBy(Access access, HttpHandler next) {
        return exchange -> {
            Answers.protect(exchange);
            Access.Asked asked = new Access.Asked(
                    !exchange.getRequestMethod().equals(Methods.GET),
                    header(exchange, Headers.HOST),
                    header(exchange, Headers.ORIGIN),
                    header(exchange, FETCH_SITE),
                    header(exchange, Headers.AUTHORIZATION));
            var refusal = access.refusal(asked);
            boolean isPublic = isPublic(exchange.getRequestPath())
                    && refusal.filter(it -> it.status() == 401).isPresent();
            if (refusal.isPresent() && !isPublic) {
                refusal.get().send(exchange);
                return;
            }
            next.handleRequest(exchange);
        };
    }

    private static boolean isPublic(String path) {
        return path.equals("/") || path.startsWith("/page.") || path.equals("/health") || path.startsWith("/health/");
    }

    private static String header(HttpServerExchange exchange, HttpString name) {
        String value = exchange.getRequestHeaders().getFirst(name);
        return value == null ? "" : value;
    }

    /** A failure becomes an answer: the warehouse's says what is wrong, any other one is ours and says nothing. */
    static HttpHandler guarded(HttpHandler handler) {
        return exchange -> {
            try {
                handler.handleRequest(exchange);
            } catch (PipelineException e) {
                LOG.warn("a request failed path={} reason=\"{}\"", exchange.getRequestPath(), e.getMessage());
                new Problem(503, String.valueOf(e.getMessage())).send(exchange);
            } catch (RuntimeException e) {
                LOG.error("a request failed path={} remedy=\"please report it\"", exchange.getRequestPath(), e);
                new Problem(500, "an error that nobody foresaw, see the log of the process").send(exchange);
            }
        };
    }

    /** The port on which it listens. */
    public int port() {
        return ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
    }

    /** Sends a status to those who listen. */
    public void publish(PipelineStatus status) {
        events.publish(status);
    }

    @Override
    public void close() {
        server.stop();
    }
}
