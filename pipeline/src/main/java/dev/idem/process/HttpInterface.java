package dev.idem.process;

import dev.idem.capture.CaptureStatus;
import dev.idem.change.Topics;
import dev.idem.config.Settings;
import dev.idem.control.DeadLetterQueue;
import dev.idem.control.PipelineActions;
import dev.idem.control.Requests;
import dev.idem.control.WarehouseView;
import dev.idem.http.ApiServer;
import dev.idem.http.PipelineMetrics;
import dev.idem.http.TlsIdentity;
import dev.idem.http.Watched;
import dev.idem.warehouse.Warehouse;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Puts the HTTP server of a running pipeline together.
 *
 * <p><i>Threads:</i> thread-safe.
 */
public final class HttpInterface implements AutoCloseable {

    private final PipelineMetrics metrics;
    private final @Nullable ResyncRelay relay;
    private final ApiServer server;

    private HttpInterface(PipelineMetrics metrics, @Nullable ResyncRelay relay, ApiServer server) {
        this.metrics = metrics;
        this.relay = relay;
        this.server = server;
    }

    /**
     * The parts that it tells of and acts on.
     *
     * @param verification empty where this process does not compare
     * @param fromLog empty where this process does not apply
     */
    record Parts(
            Pipeline pipeline,
            PipelineWatch watch,
            Optional<VerificationRunner> verification,
            Optional<LogOrders> fromLog)
            implements AutoCloseable {

        /** Begins what works on orders, beside a pipeline and its watch that the caller closes. */
        static Parts start(Settings settings, EmbeddedServers servers, Pipeline pipeline, PipelineWatch watch) {
            return new Parts(
                    pipeline,
                    watch,
                    VerificationRunner.start(settings, servers, pipeline),
                    LogOrders.start(settings, servers, pipeline));
        }

        @Override
        public void close() {
            fromLog.ifPresent(LogOrders::close);
            verification.ifPresent(VerificationRunner::close);
        }
    }

    /**
     * Starts it where the settings want it.
     *
     * @throws dev.idem.error.PipelineException where it cannot listen
     */
    static Optional<HttpInterface> start(Settings settings, EmbeddedServers servers, Parts parts) {
        return settings.http().port().map(port -> open(settings, servers, parts, port));
    }

    private static HttpInterface open(Settings settings, EmbeddedServers servers, Parts parts, int port) {
        Pipeline pipeline = parts.pipeline();
        PipelineWatch watch = parts.watch();
        PipelineMetrics metrics = metrics(settings, pipeline, watch);
        Warehouse warehouse = settings.role().applies()
                ? Pipeline.warehouse(settings, servers.warehouse(settings)).named("idem api")
                : null;
        ResyncRelay relay = warehouse == null
                ? null
                : new ResyncRelay(
                        new PipelineActions(warehouse, settings.name()),
                        Pipeline.logSettings(settings, servers.bootstrapServers(settings)),
                        new Topics(settings.name()));
        try {
            ApiServer server = ApiServer.start(
                    new ApiServer.Address(
                            settings.http().host(),
                            port,
                            settings.http().token().reveal(),
                            settings.http().tls().map(files -> TlsIdentity.of(files.certificate(), files.key()))),
                    new Watched(
                            watch::latest,
                            () -> watch.history().json(),
                            parts.fromLog()
                                    .flatMap(fromLog -> Optional.ofNullable(warehouse)
                                            .map(it -> orders(it, settings.name(), relay, parts, fromLog))),
                            metrics::text));
            watch.listen(server::publish);
            return new HttpInterface(metrics, relay, server);
        } catch (RuntimeException e) {
            if (relay != null) {
                relay.close();
            }
            metrics.close();
            throw e;
        }
    }

    private static Watched.Orders orders(
            Warehouse warehouse, String name, @Nullable ResyncRelay relay, Parts parts, LogOrders fromLog) {
        return new Watched.Orders(
                () -> new WarehouseView(warehouse, name),
                new Requests(warehouse, name),
                new PipelineActions(warehouse, name),
                new DeadLetterQueue(warehouse, name),
                fromLog.replays(),
                fromLog.rebuilds(),
                () -> {
                    fromLog.wakeUp();
                    Optional.ofNullable(relay).ifPresent(ResyncRelay::wakeUp);
                    parts.verification().ifPresent(VerificationRunner::wakeUp);
                });
    }

    private static PipelineMetrics metrics(Settings settings, Pipeline pipeline, PipelineWatch watch) {
        PipelineMetrics metrics = new PipelineMetrics(settings.name(), watch::latest);
        if (settings.role().captures()) {
            metrics.counter(
                    "idem.published.events",
                    "events written to the log",
                    () -> pipeline.captureStatus().map(CaptureStatus::events).orElse(0L));
            metrics.counter(
                    "idem.published.transactions",
                    "transactions written to the log",
                    () -> pipeline.captureStatus()
                            .map(CaptureStatus::transactions)
                            .orElse(0L));
            metrics.counter(
                    "idem.dropped.events",
                    "events sent again by the source, in the log already",
                    () -> pipeline.captureStatus()
                            .map(CaptureStatus::droppedEvents)
                            .orElse(0L));
        }
        if (settings.role().applies()) {
            pipeline.onBatch(metrics::batch);
            metrics.counter(
                    "idem.applied.cuts",
                    "cuts applied",
                    () -> pipeline.applied().cuts());
            metrics.counter(
                    "idem.applied.transactions",
                    "transactions of the warehouse",
                    () -> pipeline.applied().commits());
        }
        return metrics;
    }

    /** The port on which it listens. */
    public int port() {
        return server.port();
    }

    @Override
    public void close() {
        server.close();
        if (relay != null) {
            relay.close();
        }
        metrics.close();
    }
}
