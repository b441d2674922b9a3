package dev.idem.process;

import dev.idem.apply.Sink;
import dev.idem.apply.TableCount;
import dev.idem.capture.CaptureStatus;
import dev.idem.change.TableId;
import dev.idem.config.Settings;
import dev.idem.consume.LastCut;
import dev.idem.control.WarehouseView;
import dev.idem.error.PipelineException;
import dev.idem.source.SourceView;
import dev.idem.status.PipelineStatus;
import dev.idem.status.PipelineStatus.Origin;
import dev.idem.status.PipelineStatus.Part;
import dev.idem.status.PipelineStatus.Throughput;
import dev.idem.status.SlotGuard;
import dev.idem.status.StatusAssembler;
import dev.idem.status.StatusInput;
import dev.idem.status.StatusInput.Published;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Asks everybody where the pipeline stands: the parts of this process where there are any, and the servers.
 *
 * <p>A server that cannot be asked is named in the status; the rest is told all the same.
 *
 * <p><i>Threads:</i> one thread.
 */
public final class StatusSampler implements AutoCloseable {

    private final String name;
    private final Watched watched;
    private final StatusAssembler assembler;
    private final Rates rates = new Rates();
    private final Clock clock = Clock.systemUTC();

    /**
     * Who can be asked.
     *
     * @param pipeline the running parts; null in a command
     * @param source null where the source is not reached
     * @param log null where the log's end is told by the capture, or is not reached
     * @param warehouse null where the warehouse is not reached
     */
    public record Watched(
            @Nullable Pipeline pipeline,
            @Nullable SourceView source,
            @Nullable LastCut log,
            @Nullable WarehouseView warehouse) {}

    /** A sampler of the pipeline with these settings; it closes what it is given, except the pipeline. */
    public StatusSampler(Settings settings, Watched watched) {
        this.name = settings.name();
        this.watched = watched;
        this.assembler = new StatusAssembler(new SlotGuard(settings.source().walWarningBytes()));
    }

    /** Asks everybody, once. */
    public PipelineStatus sample() {
        Map<String, String> problems = new HashMap<>();
        Optional<SourceView.Reading> source = ask(watched.source(), "source", problems, SourceView::read);
        Optional<WarehouseView.Reading> warehouse =
                ask(watched.warehouse(), "warehouse", problems, WarehouseView::read);
        Optional<CaptureStatus> capture =
                Optional.ofNullable(watched.pipeline()).flatMap(Pipeline::captureStatus);
        Optional<Published> published = published(capture, problems);
        Map<TableId, TableCount> counts = Optional.ofNullable(watched.pipeline())
                .map(pipeline -> pipeline.applied().byTable())
                .orElse(Map.of());
        Instant now = clock.instant();
        return assembler.assemble(new StatusInput(
                name,
                now,
                watched.pipeline() == null ? Origin.SERVERS : Origin.PROCESS,
                capture.map(status -> new Part(status.state().name(), status.detail())),
                Optional.ofNullable(watched.pipeline()).flatMap(Pipeline::sink).map(StatusSampler::part),
                source,
                published,
                warehouse,
                counts,
                throughput(capture, counts, now),
                problems));
    }

    private static Part part(Sink sink) {
        PipelineException failure = sink.failure();
        return new Part(sink.state().name(), failure == null ? "" : String.valueOf(failure.getMessage()));
    }

    /** The capture knows the end of the log while it is the one that writes it. */
    private Optional<Published> published(Optional<CaptureStatus> capture, Map<String, String> problems) {
        boolean writes = capture.map(CaptureStatus::state)
                .filter(state -> state == CaptureStatus.State.STREAMING || state == CaptureStatus.State.SNAPSHOT)
                .isPresent();
        if (writes) {
            return capture.flatMap(status ->
                    status.publishedLsn().map(lsn -> new Published(status.epoch(), lsn, status.publishedTime())));
        }
        return ask(watched.log(), "Kafka", problems, LastCut::find)
                .flatMap(found -> found)
                .map(cut -> new Published(cut.epoch(), cut.commitLsn(), Optional.ofNullable(cut.commitTime())));
    }

    private Throughput throughput(Optional<CaptureStatus> capture, Map<TableId, TableCount> counts, Instant now) {
        TableCount all = counts.values().stream().reduce(TableCount.NONE, TableCount::plus);
        return rates.next(now, capture.map(CaptureStatus::events).orElse(0L), all.events(), all.changed());
    }

    private static <S, T> Optional<T> ask(
            @Nullable S server, String what, Map<String, String> problems, Function<S, T> question) {
        if (server == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(question.apply(server));
        } catch (PipelineException e) {
            problems.put(what, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        SourceView source = watched.source();
        WarehouseView warehouse = watched.warehouse();
        LastCut log = watched.log();
        try (source;
                warehouse;
                log) {
            // each is closed, whatever the others do
        }
    }
}
