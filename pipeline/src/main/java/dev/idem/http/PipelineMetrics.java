package dev.idem.http;

import dev.idem.control.WarehouseView.Tombstones;
import dev.idem.status.PipelineStatus;
import dev.idem.status.PipelineStatus.LastVerification;
import dev.idem.status.PipelineStatus.Level;
import dev.idem.status.PipelineStatus.Part;
import dev.idem.status.PipelineStatus.SlotHealth;
import dev.idem.status.PipelineStatus.Stage;
import dev.idem.status.PipelineStatus.TableStatus;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * The pipeline in Prometheus' text format: base units, counters that end in {@code _total}, tables and outcomes as
 * labels, never a row.
 *
 * <p>What is not known now has no value, rather than an old one.
 *
 * <p><i>Threads:</i> thread-safe.
 */
public final class PipelineMetrics implements AutoCloseable {

    private static final List<String> STATES = List.of("following", "parked", "paused");

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final Supplier<Optional<PipelineStatus>> latest;
    private final Timer batches;
    private final KafkaClientMetrics clients;
    private final MultiGauge parts;
    private final MultiGauge tables;
    private final MultiGauge verifiedAt;
    private final MultiGauge differences;
    private final Map<String, TableStatus> counted = new ConcurrentHashMap<>();

    /** Figures of the pipeline with this name. */
    public PipelineMetrics(String pipeline, Supplier<Optional<PipelineStatus>> latest) {
        this.latest = latest;
        registry.config().commonTags("pipeline", pipeline);
        new ClassLoaderMetrics().bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        collections.bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        this.clients = new KafkaClientMetrics(registry);
        this.batches = Timer.builder("idem.batch")
                .description("time of one warehouse transaction, from its first event to the commit")
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofMillis(1))
                .maximumExpectedValue(Duration.ofMinutes(5))
                .register(registry);
        this.parts = MultiGauge.builder("idem.state")
                .description("1 for the state that capture and sink are in")
                .register(registry);
        this.tables = MultiGauge.builder("idem.tables")
                .description("replicated tables by state")
                .register(registry);
        this.verifiedAt = MultiGauge.builder("idem.table.verified")
                .description("when the table was last compared with the source, since 1970")
                .baseUnit("seconds")
                .register(registry);
        this.differences = MultiGauge.builder("idem.table.differences")
                .description("rows that differed from the source at the end of the last comparison")
                .register(registry);
        for (Stage stage : Stage.values()) {
            position(stage);
        }
        lag();
        slot();
        rest();
    }

    private void position(Stage stage) {
        String name = stage.name().toLowerCase(Locale.ROOT);
        gauge(
                "idem.position.lsn",
                "position in the WAL",
                "bytes",
                Tags.of("stage", name),
                status -> status.position(stage)
                        .map(position -> unsigned(position.lsn().value()))
                        .orElse(Double.NaN));
        gauge(
                "idem.position.behind",
                "WAL between the head and the position",
                "bytes",
                Tags.of("stage", name),
                status -> status.position(stage)
                        .flatMap(PipelineStatus.Position::behindBytes)
                        .map(Long::doubleValue)
                        .orElse(Double.NaN));
        gauge(
                "idem.position.behind",
                "how long ago the head of the WAL was at the position",
                "seconds",
                Tags.of("stage", name),
                status -> status.position(stage)
                        .flatMap(PipelineStatus.Position::behind)
                        .map(PipelineMetrics::seconds)
                        .orElse(Double.NaN));
    }

    private static double unsigned(long value) {
        return value < 0 ? (value >>> 1) * 2.0 : value;
    }

    private static double seconds(Duration time) {
        return time.toMillis() / 1000.0;
    }

    private void lag() {
        gauge(
                "idem.lag",
                "how far the warehouse is behind the source",
                "seconds",
                Tags.empty(),
                status -> status.lag().time().map(PipelineMetrics::seconds).orElse(Double.NaN));
        gauge(
                "idem.last.commit.timestamp",
                "commit of the last transaction applied",
                "seconds",
                Tags.empty(),
                status -> status.lag()
                        .lastCommit()
                        .map(time -> time.toEpochMilli() / 1000.0)
                        .orElse(Double.NaN));
        gauge(
                "idem.status.timestamp",
                "when these figures were taken",
                "seconds",
                Tags.empty(),
                status -> status.at().toEpochMilli() / 1000.0);
    }

    private void slot() {
        slot("idem.slot.retained", "WAL that the source keeps for the slot", "bytes", slot -> slot.retainedBytes());
        slot("idem.slot.limit", "max_slot_wal_keep_size", "bytes", slot -> orNone(slot.limitBytes()));
        slot(
                "idem.slot.safe",
                "WAL that may be written before the slot can be lost",
                "bytes",
                slot -> orNone(slot.safeBytes()));
        slot("idem.slot.active", "1 while the capture receives", "", slot -> slot.isActive() ? 1 : 0);
        slot("idem.slot.level", "0 well, 1 warning, 2 critical", "", slot -> severity(slot.level()));
    }

    private static double severity(Level level) {
        return switch (level) {
            case OK -> 0;
            case WARNING -> 1;
            case CRITICAL -> 2;
        };
    }

    private static double orNone(Optional<Long> bytes) {
        return bytes.map(Long::doubleValue).orElse(Double.NaN);
    }

    private void slot(String name, String description, String unit, ToDoubleFunction<SlotHealth> value) {
        gauge(
                name,
                description,
                unit,
                Tags.empty(),
                status -> status.slot().isEmpty()
                        ? Double.NaN
                        : value.applyAsDouble(status.slot().get()));
    }

    private void rest() {
        gauge(
                "idem.dead.letters",
                "events that were set aside",
                "",
                Tags.empty(),
                status -> status.deadLetters().count());
        gauge(
                "idem.consistent",
                "1 where the warehouse holds a whole image",
                "",
                Tags.empty(),
                status -> status.isConsistent() ? 1 : 0);
        for (Level level : List.of(Level.WARNING, Level.CRITICAL)) {
            gauge(
                    "idem.warnings",
                    "what a person should look at",
                    "",
                    Tags.of("level", level.name().toLowerCase(Locale.ROOT)),
                    status -> status.warnings().stream()
                            .filter(warning -> warning.level() == level)
                            .count());
        }
    }

    private void gauge(
            String name, String description, String unit, Tags tags, ToDoubleFunction<PipelineStatus> value) {
        Gauge.builder(
                        name + (unit.isEmpty() ? "" : '.' + unit),
                        latest,
                        from -> from.get().map(value::applyAsDouble).orElse(Double.NaN))
                .description(description)
                .tags(tags)
                .register(registry);
    }

    /** Counts that only rise in this process. */
    public void counter(String name, String description, Supplier<Long> count) {
        FunctionCounter.builder(name, count, Supplier::get)
                .description(description)
                .register(registry);
    }

    /** One warehouse transaction took this long. */
    public void batch(Duration time) {
        batches.record(time);
    }

    /** Everything, as of now. */
    public String text() {
        latest.get().ifPresent(status -> {
            parts.register(rows(status), true);
            tables.register(tableRows(status), true);
            status.tables().forEach(this::count);
            verifiedAt.register(verified(status, last -> last.at().getEpochSecond()), true);
            differences.register(verified(status, LastVerification::left), true);
        });
        clients.refresh();
        return registry.scrape();
    }

    private static List<Row<?>> rows(PipelineStatus status) {
        List<Row<?>> rows = new ArrayList<>();
        status.capture().ifPresent(part -> rows.add(row("capture", part)));
        status.sink().ifPresent(part -> rows.add(row("sink", part)));
        return rows;
    }

    private static Row<?> row(String name, Part part) {
        return Row.of(Tags.of("part", name, "state", part.state().toLowerCase(Locale.ROOT)), 1);
    }

    private static List<Row<?>> tableRows(PipelineStatus status) {
        List<Row<?>> rows = new ArrayList<>();
        for (String state : STATES) {
            rows.add(Row.of(
                    Tags.of("state", state),
                    status.tables().stream()
                            .filter(table -> table.state().equals(state))
                            .count()));
        }
        return rows;
    }

    private void count(TableStatus table) {
        String name = table.table().toString();
        if (counted.put(name, table) == null) {
            Tags tags = Tags.of(
                    "schema", table.table().schema(), "table", table.table().name());
            counter("idem.table.events", "events read", tags, name, TableStatus::events);
            counter(
                    "idem.tombstones.purged",
                    "deletes that were forgotten, since the log can no longer undo them",
                    tags,
                    name,
                    it -> it.tombstones().map(Tombstones::purged).orElse(0L));
            tombstones("idem.tombstones", "deletes that are remembered, about", tags, name, Tombstones::kept);
            tombstones(
                    "idem.tombstones.bound.lsn.bytes",
                    "deletes below this position in the WAL are forgotten",
                    tags,
                    name,
                    it -> it.below().map(below -> unsigned(below.lsn().value())).orElse(Double.NaN));
            counter("idem.table.rows", "by outcome", tags.and("outcome", "written"), name, TableStatus::written);
            counter("idem.table.rows", "by outcome", tags.and("outcome", "deleted"), name, TableStatus::deleted);
            counter(
                    "idem.table.rows",
                    "by outcome",
                    tags.and("outcome", "unchanged"),
                    name,
                    it -> Math.max(0, it.events() - it.written() - it.deleted()));
        }
    }

    private void tombstones(
            String meter, String description, Tags tags, String table, ToDoubleFunction<Tombstones> value) {
        Gauge.builder(
                        meter,
                        counted,
                        all -> Optional.ofNullable(all.get(table))
                                .flatMap(TableStatus::tombstones)
                                .map(value::applyAsDouble)
                                .orElse(Double.NaN))
                .description(description)
                .tags(tags)
                .register(registry);
    }

    private static List<Row<?>> verified(PipelineStatus status, ToDoubleFunction<LastVerification> value) {
        List<Row<?>> rows = new ArrayList<>();
        status.tables()
                .forEach(table -> table.verification()
                        .ifPresent(last -> rows.add(Row.of(
                                Tags.of(
                                        "schema", table.table().schema(),
                                        "table", table.table().name()),
                                value.applyAsDouble(last)))));
        return rows;
    }

    private void counter(
            String meter, String description, Tags tags, String table, ToDoubleFunction<TableStatus> value) {
        FunctionCounter.builder(meter, counted, all -> {
                    TableStatus status = all.get(table);
                    return status == null ? 0 : value.applyAsDouble(status);
                })
                .description(description)
                .tags(tags)
                .register(registry);
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }
}
