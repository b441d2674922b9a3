package dev.idem.process;

import dev.idem.capture.CaptureStatus;
import dev.idem.change.TableId;
import dev.idem.change.Topics;
import dev.idem.config.Settings;
import dev.idem.config.Settings.VerificationSettings;
import dev.idem.config.Settings.VerificationSettings.OnDifference;
import dev.idem.control.VerificationRecord;
import dev.idem.control.VerificationRecord.Origin;
import dev.idem.control.Verifications;
import dev.idem.control.Verifications.Order;
import dev.idem.error.PipelineException;
import dev.idem.verify.Pace;
import dev.idem.verify.RepairSettings;
import dev.idem.verify.TableResult;
import dev.idem.verify.Verifier;
import dev.idem.verify.VerifySettings.Limits;
import dev.idem.verify.VerifySettings.Scope;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares source and warehouse beside the running pipeline: what was asked for, and, where the settings want it, each
 * table once in an interval, the one that was compared longest ago first. One table at a time.
 *
 * <p>Only the process whose sink writes does this, so that one that stands by is no second load. A comparison that a
 * process did not finish is made again by the next.
 *
 * <p><i>Threads:</i> thread-safe; works on a thread of its own.
 */
final class VerificationRunner implements DutyCycle.Duty, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(VerificationRunner.class);
    private static final Duration LOOK = Duration.ofSeconds(5);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(30);
    private static final Duration MAX_LAG = Duration.ofMinutes(10);
    private static final Duration REPAIR = Duration.ofMinutes(10);
    private static final Duration LONGEST_STOP = Duration.ofSeconds(5);

    private final ComparedPair pair;
    private final Pipeline pipeline;
    private final Verifications verifications;
    private final RereadRepair repairer;
    private final VerificationSettings settings;
    private final DutyCycle cycle;

    private VerificationRunner(ComparedPair pair, Pipeline pipeline, String bootstrap) {
        Settings all = pair.settings();
        this.pair = pair;
        this.pipeline = pipeline;
        this.settings = all.verification();
        this.verifications =
                new Verifications(Pipeline.warehouse(all, pair.warehouse()).named("idem verify"), all.name());
        this.repairer = new RereadRepair(Pipeline.logSettings(all, bootstrap), new Topics(all.name()));
        this.cycle = new DutyCycle("idem-verify", LOOK, this);
    }

    /** Begins, where this process reaches both databases and anything can be wanted of it; else empty. */
    static Optional<VerificationRunner> start(Settings settings, EmbeddedServers servers, Pipeline pipeline) {
        boolean isWanted = settings.verification().interval().isPresent()
                || settings.http().port().isPresent();
        boolean reachesSource =
                settings.role().captures() || settings.source().database().url().isPresent();
        if (!isWanted || !settings.role().applies() || !reachesSource) {
            return Optional.empty();
        }
        VerificationRunner runner = new VerificationRunner(
                new ComparedPair(settings, servers.source(settings), servers.warehouse(settings)),
                pipeline,
                servers.bootstrapServers(settings));
        runner.cycle.start();
        return Optional.of(runner);
    }

    /** There is an order. */
    void wakeUp() {
        cycle.wakeUp();
    }

    /** Compares what is to be compared now; what goes wrong is told and tried again. */
    @Override
    public Duration runOnce() {
        try {
            while (!cycle.isClosing() && isWriter() && compareNext()) {
                LOG.debug("looks for the next comparison");
            }
            return LOOK;
        } catch (PipelineException e) {
            if (!cycle.isClosing()) {
                LOG.warn("source and warehouse are not compared yet reason=\"{}\"", e.getMessage());
            }
        } catch (CancellationException e) {
            LOG.debug("interrupted", e);
        } catch (RuntimeException e) {
            LOG.error("comparing source and warehouse failed, it is tried again", e);
        }
        return AFTER_FAILURE;
    }

    @Override
    public void end() {
        verifications.close();
    }

    private boolean isWriter() {
        return pipeline.isWriter() && verifications.isConsistent();
    }

    private boolean compareNext() {
        Optional<Order> order = verifications.order();
        if (order.isPresent()) {
            List<TableId> tables = order.get().table().map(List::of).orElseGet(verifications::followed);
            Pace pace = new Pace(settings.rowsPerSecond(), 1);
            tables.forEach(
                    table -> compare(table, Origin.REQUEST, pace, order.get().repair()));
            verifications.done(order.get());
            return true;
        }
        Optional<TableId> due = settings.interval().flatMap(this::due);
        due.ifPresent(table -> compare(
                table,
                Origin.CONTINUOUS,
                new Pace(settings.rowsPerSecond(), 1),
                settings.onDifference() == OnDifference.REPAIR));
        return due.isPresent();
    }

    /** The table that was compared longest ago, where that is too long; none while a table is read anew. */
    private Optional<TableId> due(Duration interval) {
        if (pipeline.captureStatus()
                .map(CaptureStatus::detail)
                .filter(detail -> !detail.isEmpty())
                .isPresent()) {
            return Optional.empty();
        }
        Map<TableId, VerificationRecord> last = verifications.last();
        Instant latest = Instant.now().minus(interval);
        return verifications.followed().stream()
                .filter(table -> ended(last, table).isBefore(latest))
                .min(Comparator.comparing(table -> ended(last, table)));
    }

    private static Instant ended(Map<TableId, VerificationRecord> last, TableId table) {
        VerificationRecord record = last.get(table);
        return record == null ? Instant.EPOCH : record.finishedAt();
    }

    private void compare(TableId table, Origin origin, Pace pace, boolean repair) {
        VerificationJournal journal = new VerificationJournal(verifications, origin, pace.share());
        Limits limits = Limits.DEFAULT.withMaxWait(MAX_LAG).withStatementTimeout(settings.statementTimeout());
        new Verifier(
                        pair.comparing(List.of(table), Scope.NAMED, limits, pace),
                        repair ? Optional.of(new RepairSettings(repairer, REPAIR)) : Optional.empty())
                .verify(result -> {
                    journal.add(result);
                    tell(result);
                });
    }

    private static void tell(TableResult result) {
        if (!result.obstacle().isEmpty()) {
            LOG.warn("table was not compared table={} reason=\"{}\"", result.table(), result.obstacle());
        } else if (!result.isEqual()) {
            LOG.warn(
                    "table differs from the source table={} missing={} extra={} differing={} incomplete={} repaired={}"
                            + " columns={} behind={} remedy=\"./idem verify --repair --tables {}\"",
                    result.table(),
                    result.counts().missing(),
                    result.counts().extra(),
                    result.counts().differing(),
                    result.counts().incomplete(),
                    result.repaired(),
                    result.differingColumns().keySet(),
                    result.isBehind(),
                    result.table());
        } else {
            LOG.info(
                    "table equals the source table={} rows={} repaired={}",
                    result.table(),
                    result.counts().rows(),
                    result.repaired());
        }
    }

    @Override
    public void close() {
        cycle.close(cycle::interrupt, LONGEST_STOP);
    }
}
