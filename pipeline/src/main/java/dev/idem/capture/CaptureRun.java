package dev.idem.capture;

import dev.idem.capture.CaptureStatus.State;
import dev.idem.change.Cut;
import dev.idem.change.Lsn;
import dev.idem.change.TableId;
import dev.idem.change.Topics;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.publish.Publisher;
import dev.idem.relation.Definitions;
import dev.idem.source.MissedRows;
import dev.idem.source.SourceDatabase;
import dev.idem.source.SourcePublication;
import dev.idem.source.SourceTable;
import dev.idem.source.StartLock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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
            StartLock lock = new StartLock(source, identity.slot());
            if (!lock.tryTake()) {
                throw new PipelineException(
                        ErrorKind.SLOT_BUSY, "another capture of replication slot " + identity.slot() + " is starting");
            }
            StartRules.busySlot(identity.slot(), source.slot()).ifPresent(wait -> {
                throw new PipelineException(ErrorKind.SLOT_BUSY, wait.reason());
            });
            try (Publisher publisher = Publisher.open(settings.log(), topics, identity)) {
                publisher.lastCut().ifPresent(progress::found);
                StartFacts facts = new StartFacts(
                        publisher.lastCut(), identity, source.slot(), source.walEnd(), settings.onNewHistory());
                return act(StartRules.decide(facts), facts, new Open(source, publisher, lock, beforeSnapshot));
            }
        }
    }

    /**
     * What a run has opened and knows.
     *
     * @param beforeSnapshot how the catalogue was before the snapshot, where one was just taken
     */
    record Open(
            SourceDatabase source, Publisher publisher, StartLock lock, Optional<MissedRows.Looked> beforeSnapshot) {}

    private Optional<MissedRows.Looked> act(StartDecision decision, StartFacts facts, Open open)
            throws InterruptedException {
        if (decision instanceof StartDecision.Snapshot snapshot) {
            MissedRows.Looked before = MissedRows.look(open.source(), settings.source());
            return snapshot(snapshot, open) ? Optional.of(before) : Optional.empty();
        } else if (decision instanceof StartDecision.Stream stream) {
            return stream(stream, facts, open);
        } else {
            throw decision.match(
                    snapshot -> new IllegalStateException("handled above"),
                    stream -> new IllegalStateException("handled above"),
                    wait -> new PipelineException(ErrorKind.SLOT_BUSY, wait.reason()),
                    refuse -> new PipelineException(
                            ErrorKind.HISTORY_BROKEN, refuse.reason() + "; remedy: " + refuse.remedy()));
        }
    }

    /** Streams; where the stream shows that its history is not the log's, that is decided upon as at a start. */
    private Optional<MissedRows.Looked> stream(StartDecision.Stream decision, StartFacts facts, Open open)
            throws InterruptedException {
        try {
            new StreamRun(settings, progress, stopRequested, open).run(decision, facts);
            return Optional.empty();
        } catch (PipelineException e) {
            if (e.kind() != ErrorKind.HISTORY_BROKEN) {
                throw e;
            }
            return act(StartRules.decideOnNewHistory(facts, String.valueOf(e.getMessage())), facts, open);
        }
    }

    /** True where the snapshot is complete, false where it was stopped before. */
    private boolean snapshot(StartDecision.Snapshot decision, Open open) throws InterruptedException {
        SourcePublication publication = new SourcePublication(
                open.source().connection(), settings.source().publication());
        publication.prepare();
        List<SourceTable> chosen = new TableChoice(open.source(), settings.source()).tables();
        publication.ensure(chosen);
        List<TableId> tables = chosen.stream().map(SourceTable::table).toList();
        LOG.info("snapshot begins epoch={} tables={} reason={}", decision.epoch(), tables.size(), decision.reason());
        progress.state(State.SNAPSHOT, "");
        open.publisher().publishSnapshotStarted(decision.epoch());
        if (decision.dropSlot()) {
            open.source().dropSlot();
        }
        try (SourceDatabase catalogueSource = SourceDatabase.connect(settings.source());
                InitialSnapshot snapshot = InitialSnapshot.start(new InitialSnapshot.Parts(
                        settings,
                        decision.epoch(),
                        tables,
                        new Definitions(
                                catalogueSource, open.publisher().knownDefinitions(), open.publisher()::requestReread),
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
}
