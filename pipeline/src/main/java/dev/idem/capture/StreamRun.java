package dev.idem.capture;

import dev.idem.assemble.SpillPolicy;
import dev.idem.assemble.TransactionAssembler;
import dev.idem.capture.CaptureStatus.State;
import dev.idem.change.Cut;
import dev.idem.change.Lsn;
import dev.idem.change.TableId;
import dev.idem.change.Topics;
import dev.idem.engine.Engine;
import dev.idem.engine.EngineOptions;
import dev.idem.publish.Publisher;
import dev.idem.publish.StreamStart;
import dev.idem.relation.Definitions;
import dev.idem.relation.QuietChanges;
import dev.idem.source.Heartbeat;
import dev.idem.source.MissedRows;
import dev.idem.source.PublicationState;
import dev.idem.source.SlotState;
import dev.idem.source.SourceDatabase;
import dev.idem.source.SourceFault;
import dev.idem.source.SourcePublication;
import dev.idem.source.SourceTable;
import dev.idem.source.StartLock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Streams within a {@link CaptureRun}: starts the engine, and watches it and the source's catalogue until something
 * ends it.
 *
 * <p><i>Threads:</i> one thread, the supervisor's; the engine's thread calls the handler.
 */
final class StreamRun {

    private static final Logger LOG = LoggerFactory.getLogger(StreamRun.class);
    private static final Duration WATCH = Duration.ofMillis(500);
    private static final Duration WATCH_START = Duration.ofMillis(50);

    private final CaptureSettings settings;
    private final CaptureProgress progress;
    private final CountDownLatch stopRequested;
    private final SourceDatabase source;
    private final Publisher publisher;
    private final StartLock lock;
    private final Optional<MissedRows.Looked> beforeSnapshot;
    private final Topics topics;

    StreamRun(CaptureSettings settings, CaptureProgress progress, CountDownLatch stopRequested, CaptureRun.Open open) {
        this.settings = settings;
        this.progress = progress;
        this.stopRequested = stopRequested;
        this.source = open.source();
        this.publisher = open.publisher();
        this.lock = open.lock();
        this.beforeSnapshot = open.beforeSnapshot();
        this.topics = new Topics(settings.pipeline());
    }

    /**
     * Returns when it was asked to stop, or when the stream has to begin anew with other tables.
     *
     * @throws PipelineException for whatever else ends the stream
     */
    void run(StartDecision.Stream decision, StartFacts facts) throws InterruptedException {
        TableChoice choice = new TableChoice(source, settings.source());
        List<SourceTable> chosen = choice.tables();
        publish(chosen);
        List<TableId> tables = chosen.stream().map(SourceTable::table).toList();
        LOG.info("streaming begins epoch={} from={}", decision.epoch(), decision.from());
        CatalogueWatch.Streamed streamed = new CatalogueWatch.Streamed(
                CatalogueWatch.relations(source, tables),
                new MissedRows(source, settings.source(), publisher::tellPartitions),
                PublicationState.read(source, settings.source().publication()));
        requestUnread(streamed);
        SpillPolicy spill = new SpillPolicy(settings.spillDirectory(), settings.spillThresholdBytes());
        spill.clear();
        try (SourceDatabase catalogueSource = SourceDatabase.connect(settings.source())) {
            Definitions definitions =
                    new Definitions(catalogueSource, publisher.knownDefinitions(), publisher::requestReread);
            TableReaders readers = new TableReaders(
                    definitions, topics, publisher, settings.log().limit());
            TypeWatch types = new TypeWatch(source, tables, definitions, readers, publisher);
            StreamHandler.Parts parts =
                    new StreamHandler.Parts(new TransactionAssembler(spill), readers, definitions, publisher, progress);
            Set<TableId> names = choice.engineNames(tables, publisher.knownDefinitions());
            try (StreamHandler handler = new StreamHandler(
                            start(decision, facts), topics, settings.heartbeat().dividedBy(2), parts);
                    Engine engine = Engine.start(
                            EngineOptions.of(settings.pipeline(), settings.source(), settings.engineOptions(), names),
                            handler);
                    RereadRunner rereads =
                            RereadRunner.start(settings, decision.epoch(), definitions, publisher, progress)) {
                QuietChanges quietChanges = new QuietChanges(
                        source,
                        definitions,
                        publisher,
                        new QuietChanges.Options(
                                decision.epoch(), settings.source().publication(), leavesColumnsOut()));
                RenamedTables renamed = new RenamedTables(
                        source,
                        settings,
                        definitions,
                        publisher,
                        Set.copyOf(streamed.relations().values()));
                CatalogueWatch catalogue = new CatalogueWatch(
                        source, settings.source(), streamed, new CatalogueWatch.Untold(quietChanges, renamed));
                watch(engine, rereads, types, catalogue);
            }
        }
    }

    private boolean leavesColumnsOut() {
        return settings.engineOptions().containsKey("column.exclude.list")
                || settings.engineOptions().containsKey("column.include.list");
    }

    private static StreamStart start(StartDecision.Stream decision, StartFacts facts) {
        return new StreamStart(
                decision.epoch(),
                decision.from(),
                facts.lastCut().map(Cut::commitTime).orElse(null),
                facts.slot().map(SlotState::confirmedFlush).orElse(Lsn.ZERO));
    }

    /**
     * Sees to it that the tables are published. What the publication has left out until now has to be read: the log is
     * told so first, since after a death in between nothing else would tell.
     */
    private void publish(List<SourceTable> tables) {
        SourcePublication publication =
                new SourcePublication(source.connection(), settings.source().publication());
        Set<TableId> missing = publication.missing(tables);
        if (!missing.isEmpty()) {
            missing.forEach(table -> publisher.requestReread(table, "the publication did not have it"));
            progress.published(publisher.publishRequests());
        }
        publication.ensure(tables);
    }

    /**
     * Asks for every table to be read of which rows may have been missed: the log knows nothing of it, or it got rows
     * of which the stream does not tell where the stream has not been.
     */
    private void requestUnread(CatalogueWatch.Streamed streamed) {
        streamed.missedRows().atStart(streamed.relations(), beforeSnapshot).forEach(publisher::requestReread);
        if (beforeSnapshot.isEmpty()) {
            streamed.missedRows().nameLost(publisher.knownPartitions(), streamed.relations());
        }
        CatalogueWatch.unknown(streamed.relations(), publisher.knownDefinitions())
                .forEach(table -> publisher.requestReread(table, "it is new"));
    }

    private void watch(Engine engine, RereadRunner rereads, TypeWatch types, CatalogueWatch catalogue)
            throws InterruptedException {
        Heartbeat heartbeat = new Heartbeat(settings.heartbeat());
        boolean active = false;
        while (stopRequested.getCount() > 0) {
            if (engine.awaitEnd(active ? WATCH : WATCH_START)) {
                throw SourceFault.of("streaming ended", failureOf(engine));
            }
            rereads.fault().ifPresent(fault -> {
                throw fault;
            });
            types.look().ifPresent(progress::published);
            if (request(catalogue.look(progress.publishedLsn().orElse(Lsn.ZERO)))) {
                return;
            }
            if (!active) {
                active = source.slot().map(slot -> slot.activePid().isPresent()).orElse(false);
                if (active) {
                    lock.release();
                }
                progress.state(active ? State.STREAMING : State.STARTING, "");
            }
            Lsn end = source.walEnd();
            progress.sourceLsn(end);
            heartbeat.beatWhereDue(end, progress.publishedLsn().orElse(Lsn.ZERO), source);
        }
    }

    /** Asks for what was found to be read; true where the stream has to begin anew. */
    private boolean request(CatalogueWatch.Found found) {
        if (found.isEmpty()) {
            return false;
        }
        found.unread().forEach(publisher::requestReread);
        found.unstreamed().forEach(publisher::requestReread);
        progress.published(publisher.publishRequests());
        if (found.unstreamed().isEmpty()) {
            return false;
        }
        LOG.info(
                "the stream begins anew with tables that it does not have tables={}",
                found.unstreamed().keySet());
        return true;
    }

    private static Throwable failureOf(Engine engine) {
        return engine.failure().orElseGet(() -> new IllegalStateException("the engine ended without a reason"));
    }
}
