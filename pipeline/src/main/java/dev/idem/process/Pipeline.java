package dev.idem.process;

import dev.idem.apply.ApplySettings;
import dev.idem.apply.Sink;
import dev.idem.capture.Capture;
import dev.idem.capture.CaptureSettings;
import dev.idem.capture.CaptureStatus;
import dev.idem.change.Topics;
import dev.idem.config.Settings;
import dev.idem.consume.ConsumerProperties;
import dev.idem.error.PipelineException;
import dev.idem.publish.EventLimit;
import dev.idem.publish.LogSettings;
import dev.idem.source.SourceSettings;
import dev.idem.warehouse.Warehouse;
import dev.idem.warehouse.WarehouseSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline in this process: capture, sink, or both, on servers that run already.
 *
 * <p><i>Threads:</i> thread-safe after construction; capture and sink have a thread each.
 *
 * <p><i>Fails:</i> not by throwing: {@link #failure} names what ended it.
 */
public final class Pipeline implements AutoCloseable {

    private static final Duration FOR_EVER = Duration.ofMillis(-1);

    private final @Nullable Capture capture;
    private final @Nullable Sink sink;
    private final ApplyCounters counters = new ApplyCounters();

    /** Puts the parts together that the role needs; nothing runs before {@link #start}. */
    public Pipeline(Settings settings, EmbeddedServers servers) {
        String bootstrap = servers.bootstrapServers(settings);
        this.capture = settings.role().captures()
                ? new Capture(captureSettings(settings, servers.source(settings), bootstrap))
                : null;
        this.sink = settings.role().applies() ? sink(settings, servers.warehouse(settings), bootstrap) : null;
    }

    /** The capture's settings, for these servers. */
    public static CaptureSettings captureSettings(Settings settings, DatabaseAddress source, String bootstrap) {
        Map<String, String> engine = new HashMap<>(settings.capture().engine());
        engine.putIfAbsent("max.batch.size", String.valueOf(settings.capture().maxBatch()));
        return new CaptureSettings(
                settings.name(),
                settings.dataDirectory(),
                settings.capture().spillThresholdBytes(),
                settings.source().heartbeat(),
                CaptureSettings.OnNewHistory.valueOf(
                        settings.capture().onNewHistory().name()),
                sourceSettings(settings, source),
                logSettings(settings, bootstrap),
                engine);
    }

    /** How the source is reached and what is taken of it, on this server. */
    public static SourceSettings sourceSettings(Settings settings, DatabaseAddress source) {
        return new SourceSettings(
                source.url(),
                source.user(),
                source.password(),
                settings.source().slot(),
                settings.source().publication(),
                settings.source().tables(),
                settings.source().exclude());
    }

    /** The log's settings, for these brokers. */
    public static LogSettings logSettings(Settings settings, String bootstrap) {
        Map<String, String> client = new HashMap<>(settings.kafka().common());
        client.put("bootstrap.servers", bootstrap);
        return new LogSettings(
                client,
                settings.kafka().producer(),
                settings.topic().partitions(),
                (short) settings.topic().replicationFactor(),
                settings.topic().retention().limit().orElse(FOR_EVER),
                EventLimit.within(
                        settings.topic().maxEventBytes(), Runtime.getRuntime().maxMemory()));
    }

    private Sink sink(Settings settings, DatabaseAddress address, String bootstrap) {
        return new Sink(
                warehouse(settings, address),
                consumers(settings, bootstrap),
                new Topics(settings.name()),
                applySettings(settings),
                counters);
    }

    /** How the log of these settings is read, at these brokers. */
    public static ConsumerProperties consumers(Settings settings, String bootstrap) {
        Map<String, Object> consumer = new HashMap<>(settings.kafka().common());
        consumer.putAll(settings.kafka().consumer());
        consumer.put("bootstrap.servers", bootstrap);
        return new ConsumerProperties(consumer);
    }

    /** The bounds of the sink's writes. */
    public static ApplySettings applySettings(Settings settings) {
        return new ApplySettings(
                settings.apply().maxRows(),
                settings.apply().maxBytes(),
                settings.apply().maxCuts(),
                settings.apply().onTableFailure(),
                settings.apply().targets(),
                settings.apply().tombstonePurge().interval());
    }

    /** The warehouse as the sink of these settings reaches it. */
    public static Warehouse warehouse(Settings settings, DatabaseAddress address) {
        return warehouse(settings, address, "sink");
    }

    /** The warehouse for one of those who write to it; a sink that takes over ends the sessions of other sinks only. */
    public static Warehouse warehouse(Settings settings, DatabaseAddress address, String writer) {
        Map<String, String> properties = new HashMap<>();
        properties.put("user", address.user());
        properties.put("password", address.password());
        return new Warehouse(
                new WarehouseSettings(address.url(), properties), "idem " + settings.name() + " " + writer);
    }

    /** Starts the parts; once. */
    public void start() {
        if (sink != null) {
            sink.start();
        }
        if (capture != null) {
            capture.start();
        }
    }

    /** How the capture stands; empty where this process does not capture. */
    public Optional<CaptureStatus> captureStatus() {
        return Optional.ofNullable(capture).map(Capture::status);
    }

    /** The sink; empty where this process does not apply. */
    public Optional<Sink> sink() {
        return Optional.ofNullable(sink);
    }

    /** True where the sink of this process is the one that writes, and goes on. */
    boolean isWriter() {
        return sink().map(Sink::state).filter(Sink.State.RUNNING::equals).isPresent();
    }

    /** What the sink has done since the process began. */
    public ApplyCounters.Totals applied() {
        return counters.totals();
    }

    /** Tells how long each warehouse transaction took, to one listener. */
    public void onBatch(Consumer<Duration> listener) {
        counters.onBatch(listener);
    }

    /** What ended a part for good; empty while all run, or can heal. */
    public Optional<PipelineException> failure() {
        if (capture != null && capture.failure().isPresent()) {
            return capture.failure();
        }
        return sink != null && sink.state() == Sink.State.FAILED
                ? Optional.ofNullable(sink.failure())
                : Optional.empty();
    }

    /** Stops capture, then sink; what is in hand is finished or taken back whole. */
    @Override
    public void close() {
        if (capture != null) {
            capture.close();
        }
        if (sink != null) {
            sink.close();
        }
    }
}
