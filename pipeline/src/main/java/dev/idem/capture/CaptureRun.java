package dev.idem.capture;

import dev.idem.assemble.SpillPolicy;
import dev.idem.assemble.TransactionAssembler;
import dev.idem.capture.CaptureStatus.State;
import dev.idem.change.Cut;
import dev.idem.change.Lsn;
import dev.idem.change.TableId;
import dev.idem.change.Topics;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.publish.Publisher;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of the capture: look, decide, and snapshot or stream until something ends it.
 *
 * <p>The order is what makes it safe. While the slot is in use the run ends at once, so a second capture stands by.
 * Then the log is opened, which fences every older capture; what it says is final. The source is asked after that;
 * {@link StartRules} decide; the engine starts last.
 *
 * <p><i>Threads:</i> one thread, the supervisor's; the engine's thread calls the handlers.
 */
final class CaptureRun {

    private static final Logger LOG = LoggerFactory.getLogger(CaptureRun.class);
    private static final Duration WATCH = Duration.ofMillis(500);
    private static final Duration WATCH_START = Duration.ofMillis(50);
    private static final int LONG_TRANSACTION_SECONDS = 5;

    private final CaptureSettings settings;
    private final CaptureProgress progress;
    private final CountDownLatch stopRequested;
    private final Topics topics;

    CaptureRun(CaptureSettings settings, CaptureProgress progress, CountDownLatch stopRequested) {
        this.settings = settings;
        this.progress = progress;
        this.stopRequested = stopRequested;
        this.topics = new Topics(settings.pipeline());
    }

    /**
     * Returns when it was asked to stop or when a snapshot is complete.
     *
     * @param beforeSnapshot what the run before this one has returned
     * @return how the catalogue was before the snapshot, where one is complete
     */
    Optional<MissedRows.Looked> run(Optional<MissedRows.Looked> beforeSnapshot) throws InterruptedException {
        try (SourceDatabase source = SourceDatabase.connect(settings.source())) {
            Cut.SourceIdentity identity = source.identity();
            StartRules.busySlot(identity.slot(), source.slot()).ifPresent(wait -> {
                throw new PipelineException(ErrorKind.SLOT_BUSY, wait.reason());
            });
            try (Publisher publisher = Publisher.open(settings.log(), topics, identity)) {
                publisher.lastCut().ifPresent(progress::found);
                if (source.slot().isEmpty()) {
                    publication(source).prepare();
                }
                TableChoice choice = new TableChoice(source, settings.source());
                List<SourceTable> chosen = choice.tables();
                Set<TableId> added = publication(source).ensure(chosen);
                List<TableId> tables = chosen.stream().map(SourceTable::table).toList();
                StartDecision decision = StartRules.decide(new StartFacts(
                        publisher.lastCut(), identity, source.slot(), source.walEnd(), settings.onNewHistory()));
                return act(
                        decision,
                        new Open(source, publisher, choice, tables, added, CatalogueWatch.relations(source, tables)),
                        beforeSnapshot);
            }
        }
    }

    /**
     * What a run has opened.
     *
     * @param added the tables that the publication lacked until now
     */
    private record Open(
            SourceDatabase source,
            Publisher publisher,
            TableChoice choice,
            List<TableId> tables,
            Set<TableId> added,
            Map<TableId, Long> relations) {}

    private Optional<MissedRows.Looked> act(
            StartDecision decision, Open open, Optional<MissedRows.Looked> beforeSnapshot) throws InterruptedException {
        if (decision instanceof StartDecision.Snapshot snapshot) {
            MissedRows.Looked before = MissedRows.look(open.source(), settings.source());
            return snapshot(snapshot, open) ? Optional.of(before) : Optional.empty();
        } else if (decision instanceof StartDecision.Stream stream) {
            stream(stream, open, beforeSnapshot);
            return Optional.empty();
        } else {
            throw decision.match(
                    snapshot -> new IllegalStateException("handled above"),
                    stream -> new IllegalStateException("handled above"),
                    wait -> new PipelineException(ErrorKind.SLOT_BUSY, wait.reason()),
                    refuse -> new PipelineException(
                            ErrorKind.HISTORY_BROKEN, refuse.reason() + "; remedy: " + refuse.remedy()));
        }
    }

    private SourcePublication publication(SourceDatabase source) {
        return new SourcePublication(source.connection(), settings.source().publication());
    }

    /** True where the snapshot is complete, false where it was stopped before. */
    private boolean snapshot(StartDecision.Snapshot decision, Open open) throws InterruptedException {
        LOG.info(
                "snapshot begins epoch={} tables={} reason={}",
                decision.epoch(),
                open.tables().size(),
                decision.reason());
        progress.state(State.SNAPSHOT, "");
        open.publisher().publishSnapshotStarted(decision.epoch());
        if (decision.dropSlot()) {
            open.source().dropSlot();
        }
        try (SourceDatabase catalogueSource = SourceDatabase.connect(settings.source());
                InitialSnapshot snapshot = InitialSnapshot.start(new InitialSnapshot.Parts(
                        settings,
                        decision.epoch(),
                        open.tables(),
                        definitions(catalogueSource, open),
                        open.publisher(),
                        progress))) {
            boolean complete = watchSnapshot(snapshot, open.source());
            if (complete) {
                LOG.info(
                        "snapshot is complete epoch={} lsn={}",
                        decision.epoch(),
                        progress.publishedLsn().orElse(Lsn.ZERO));
            }
            return complete;
        }
    }

    private Definitions definitions(SourceDatabase source, Open open) {
        return new Definitions(source, open.publisher().knownDefinitions(), open.publisher()::requestReread);
    }

    private boolean watchSnapshot(InitialSnapshot snapshot, SourceDatabase source) throws InterruptedException {
        long started = System.nanoTime();
        boolean told = false;
        while (stopRequested.getCount() > 0) {
            if (snapshot.awaitEnd(WATCH_START)) {
                return true;
            }
            progress.sourceLsn(source.walEnd());
            boolean slow = System.nanoTime() - started
                    > Duration.ofSeconds(LONG_TRANSACTION_SECONDS).toNanos();
            if (!told && slow && !slotIsReady(source)) {
                told = true;
                Optional<String> oldest = source.oldestTransaction(LONG_TRANSACTION_SECONDS);
                oldest.ifPresent(which -> {
                    progress.state(State.SNAPSHOT, "waits for a long transaction: " + which);
                    LOG.warn("slot creation waits for the transactions open at its start to end oldest={}", which);
                });
            }
        }
        return false;
    }

    private static boolean slotIsReady(SourceDatabase source) {
        return source.slot()
                .map(slot -> !slot.confirmedFlush().equals(Lsn.ZERO))
                .orElse(false);
    }

    private void stream(StartDecision.Stream decision, Open open, Optional<MissedRows.Looked> beforeSnapshot)
            throws InterruptedException {
        LOG.info("streaming begins epoch={} from={}", decision.epoch(), decision.from());
        MissedRows missedRows = new MissedRows(open.source(), settings.source());
        missedRows.atStart(open.relations(), beforeSnapshot).forEach(open.publisher()::requestReread);
        requestUnread(open);
        SpillPolicy spill = new SpillPolicy(settings.spillDirectory(), settings.spillThresholdBytes());
        spill.clear();
        try (SourceDatabase catalogueSource = SourceDatabase.connect(settings.source())) {
            Definitions definitions = definitions(catalogueSource, open);
            TableReaders readers = new TableReaders(
                    definitions, topics, open.publisher(), settings.log().limit());
            TypeWatch types = new TypeWatch(open.source(), open.tables(), definitions, readers, open.publisher());
            StreamHandler.Parts parts = new StreamHandler.Parts(
                    new TransactionAssembler(spill), readers, definitions, open.publisher(), progress);
            Set<TableId> names =
                    open.choice().engineNames(open.tables(), open.publisher().knownDefinitions());
            try (StreamHandler handler = new StreamHandler(
                            decision, topics, settings.heartbeat().dividedBy(2), parts);
                    Engine engine = Engine.start(EngineOptions.of(settings, names), handler);
                    RereadRunner rereads =
                            RereadRunner.start(settings, decision.epoch(), definitions, open.publisher(), progress)) {
                QuietChanges quietChanges = new QuietChanges(
                        open.source(),
                        definitions,
                        open.publisher(),
                        new QuietChanges.Options(
                                decision.epoch(), settings.source().publication(), leavesColumnsOut()));
                RenamedTables renamed = new RenamedTables(
                        open.source(),
                        settings,
                        definitions,
                        open.publisher(),
                        Set.copyOf(open.relations().values()));
                CatalogueWatch catalogue = new CatalogueWatch(
                        open.source(),
                        settings.source(),
                        open.relations(),
                        missedRows,
                        new CatalogueWatch.Untold(quietChanges, renamed));
                watchStream(engine, rereads, types, open, catalogue);
            }
        }
    }

    private boolean leavesColumnsOut() {
        return settings.engineOptions().containsKey("column.exclude.list")
                || settings.engineOptions().containsKey("column.include.list");
    }

    /**
     * Asks for every table to be read that the stream did not have: the log knows nothing of it, the publication did not
     * have it.
     */
    private static void requestUnread(Open open) {
        Publisher publisher = open.publisher();
        open.added().forEach(table -> publisher.requestReread(table, "the publication did not have it"));
        CatalogueWatch.unknown(open.relations(), publisher.knownDefinitions())
                .forEach(table -> publisher.requestReread(table, "it is new"));
    }

    private void watchStream(Engine engine, RereadRunner rereads, TypeWatch types, Open open, CatalogueWatch catalogue)
            throws InterruptedException {
        SourceDatabase source = open.source();
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
            if (request(catalogue.look(progress.publishedLsn().orElse(Lsn.ZERO)), open)) {
                return;
            }
            if (!active) {
                active = source.slot().map(slot -> slot.activePid().isPresent()).orElse(false);
                progress.state(active ? State.STREAMING : State.STARTING, "");
            }
            Lsn end = source.walEnd();
            progress.sourceLsn(end);
            heartbeat.beatWhereDue(end, progress.publishedLsn().orElse(Lsn.ZERO), source);
        }
    }

    /** Asks for what was found to be read; true where the stream has to begin anew. */
    private boolean request(CatalogueWatch.Found found, Open open) {
        if (found.isEmpty()) {
            return false;
        }
        found.unread().forEach(open.publisher()::requestReread);
        found.unstreamed().forEach(open.publisher()::requestReread);
        progress.published(open.publisher().publishRequests());
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
