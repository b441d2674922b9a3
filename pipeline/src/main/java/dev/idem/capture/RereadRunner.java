package dev.idem.capture;

import dev.idem.change.Cut;
import dev.idem.change.Lsn;
import dev.idem.change.RereadRequest;
import dev.idem.change.RowKeys;
import dev.idem.change.TableId;
import dev.idem.change.Topics;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.publish.LogBatch;
import dev.idem.publish.Publisher;
import dev.idem.publish.RereadTail;
import dev.idem.relation.Definitions;
import dev.idem.source.PublishedTable;
import dev.idem.source.SourceDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads tables anew while the stream goes on.
 *
 * <p><i>Threads:</i> a thread of its own; the other methods are for the owner's.
 *
 * <p><i>Fails:</i> without stopping the stream: what fails is tried again, and the request stays open in the log.
 */
final class RereadRunner implements AutoCloseable {

    /*
     * A table is read in the snapshot of a temporary slot whose consistent point is S. Its rows carry (epoch, S, 0), and
     * the closing cut raises the table's floor to that. So for a table with a key the order in the log does not matter:
     * what committed behind S beats the rows, what committed before S is beaten by them, and what S does not contain
     * goes below the floor. The rows are published once the stream has passed S, so that the sink looks at them as at a
     * replay.
     *
     * Rows of a table without a key have no identity but their version, and a removal takes one row of equal content. A
     * removal that committed behind S and was applied before the rows of S arrive would have taken an older copy, and
     * the row would come back. So for these tables the stream is held back, from before the slot is made until the
     * closing cut: then every later removal finds the rows, and every earlier one that is still to come lies below the
     * floor. The wait for open transactions is bounded, since nothing is published meanwhile.
     *
     * Some rows of a table with a key are read in the same way, at (epoch, S, 0), and the floor stays: what S does not
     * contain of them goes by a delete of that version. A row that was written behind S keeps what was written, and the
     * columns that such a write left out come from S, whose version is above that of their carrier (ADR 0005).
     */

    private static final Logger LOG = LoggerFactory.getLogger(RereadRunner.class);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(5);
    private static final Duration BEAT = Duration.ofMillis(300);
    private static final Duration LONGEST_END = Duration.ofSeconds(30);
    private static final int HELD_PATIENCE_SECONDS = 10;

    private final CaptureSettings settings;
    private final int epoch;
    private final Definitions definitions;
    private final Publisher publisher;
    private final CaptureProgress progress;
    private final Thread thread = new Thread(this::run, "idem-reread");
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile @Nullable ExportedSnapshot current;
    private volatile @Nullable PipelineException fault;

    private RereadRunner(
            CaptureSettings settings,
            int epoch,
            Definitions definitions,
            Publisher publisher,
            CaptureProgress progress) {
        this.settings = settings;
        this.epoch = epoch;
        this.definitions = definitions;
        this.publisher = publisher;
        this.progress = progress;
        thread.setDaemon(true);
    }

    static RereadRunner start(
            CaptureSettings settings,
            int epoch,
            Definitions definitions,
            Publisher publisher,
            CaptureProgress progress) {
        RereadRunner runner = new RereadRunner(settings, epoch, definitions, publisher, progress);
        runner.thread.start();
        return runner;
    }

    /** A fault of the log, after which nothing can be published any more. */
    Optional<PipelineException> fault() {
        return Optional.ofNullable(fault);
    }

    private void run() {
        try (RereadTail tail = new RereadTail(settings.log(), topics(), publisher.schemaEnd())) {
            Duration pause = LOOK;
            while (!stopping.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                pause = runOnce(tail) ? LOOK : AFTER_FAILURE;
            }
        } catch (InterruptedException e) {
            LOG.debug("interrupted", e);
        } catch (PipelineException e) {
            fault = e;
        } catch (RuntimeException e) {
            fault = new PipelineException(ErrorKind.INVARIANT, "reading tables anew failed: " + e, e);
        } finally {
            ended.countDown();
        }
    }

    private boolean runOnce(RereadTail tail) throws InterruptedException {
        for (RereadRequest request : tail.poll()) {
            publisher.requestReread(request);
        }
        Map<TableId, Long> open = publisher.openRereads();
        if (open.isEmpty()) {
            return true;
        }
        try {
            readAll(open);
            progress.reread("");
            return true;
        } catch (PipelineException e) {
            if (isOfLog(e)) {
                throw e;
            }
            if (stopping.getCount() > 0) {
                String reason = e.getMessage() + remedy(e);
                progress.reread("reading " + open.keySet() + " anew waits: " + reason);
                LOG.warn("tables are not read anew yet tables={} reason={}", open.keySet(), reason);
            }
            return false;
        }
    }

    private static boolean isOfLog(PipelineException e) {
        return switch (e.kind()) {
            case LOG_UNREACHABLE, LOG_UNFIT, FENCED, INVARIANT -> true;
            default -> false;
        };
    }

    private static String remedy(PipelineException e) {
        return String.valueOf(e.getMessage()).contains("max_replication_slots")
                        || String.valueOf(e.getMessage()).contains("all replication slots are in use")
                ? "; remedy: raise max_replication_slots by one, or drop a slot that nothing uses"
                : "";
    }

    private void readAll(Map<TableId, Long> open) throws InterruptedException {
        open.keySet()
                .forEach(table ->
                        LOG.info("table is read anew table={} reason={}", table, publisher.rereadReason(table)));
        progress.reread("reads anew " + open.keySet());
        Map<TableId, Long> keyless = new TreeMap<>();
        try (ExportedSnapshot snapshot = snapshot(0)) {
            snapshot.open();
            SnapshotTables reader = reader(snapshot, open);
            List<PublishedTable> keyed = new ArrayList<>();
            List<TableId> gone = new ArrayList<>();
            open.forEach((table, begun) -> {
                Optional<PublishedTable> found =
                        reader.find(table, settings.source().publication());
                if (found.isEmpty()) {
                    gone.add(table);
                } else if (found.get().definition().hasKey()) {
                    keyed.add(found.get());
                } else {
                    keyless.put(table, begun);
                }
            });
            drop(gone, open);
            if (!keyed.isEmpty()) {
                awaitStream(snapshot.point());
                keyed.forEach(table -> read(reader, table));
                complete(reader);
            }
        } finally {
            current = null;
        }
        if (!keyless.isEmpty()) {
            readHolding(keyless);
        }
    }

    /** Rows by a key that the table no longer has cannot be told any more: the whole table is read then. */
    private void read(SnapshotTables reader, PublishedTable table) {
        Optional<RowKeys> rows = publisher
                .rereadRows(table.definition().table())
                .filter(some -> some.columns().equals(table.definition().key()));
        if (rows.isPresent()) {
            reader.readRows(table, rows.get());
        } else {
            reader.read(table);
        }
    }

    private void readHolding(Map<TableId, Long> tables) {
        synchronized (publisher) {
            try (ExportedSnapshot snapshot = snapshot(HELD_PATIENCE_SECONDS)) {
                snapshot.open();
                SnapshotTables reader = reader(snapshot, tables);
                for (TableId table : tables.keySet()) {
                    reader.find(table, settings.source().publication()).ifPresent(reader::read);
                }
                complete(reader);
            } finally {
                current = null;
            }
        }
    }

    private static void complete(SnapshotTables reader) {
        reader.complete(Cut.Kind.STREAM)
                .forEach(state -> LOG.info(
                        "was read anew table={} whole={} rows={} lsn={}",
                        state.table(),
                        state.completeAt() != null,
                        state.rows(),
                        reader.point()));
    }

    private ExportedSnapshot snapshot(int patienceSeconds) {
        String name =
                settings.source().slot() + "_reread_" + ProcessHandle.current().pid();
        ExportedSnapshot snapshot = new ExportedSnapshot(
                settings.source(), new ExportedSnapshot.Slot(shortened(name), true, false, patienceSeconds));
        current = snapshot;
        if (stopping.getCount() == 0) {
            snapshot.abort();
        }
        return snapshot;
    }

    private static String shortened(String name) {
        int longest = 63;
        return name.length() <= longest ? name : name.substring(name.length() - longest);
    }

    private SnapshotTables reader(ExportedSnapshot snapshot, Map<TableId, Long> open) {
        return new SnapshotTables(
                        topics(),
                        snapshot,
                        definitions,
                        publisher,
                        new SnapshotTables.Target(
                                epoch,
                                Cut.Kind.STREAM,
                                settings.source().database(),
                                settings.log().limit(),
                                batch -> published(batch, open)))
                .telling((table, rows) -> progress.snapshotRows(List.of(new Cut.TableState(table, 0, rows, null))));
    }

    private void published(LogBatch batch, Map<TableId, Long> open) {
        Map<TableId, Long> read = new TreeMap<>();
        batch.tables().forEach(state -> {
            Long begun = open.get(state.table());
            if (begun != null) {
                read.put(state.table(), begun);
            }
        });
        Cut cut = publisher.publishAside(batch, read);
        progress.published(cut);
    }

    private void drop(List<TableId> gone, Map<TableId, Long> open) {
        if (gone.isEmpty()) {
            return;
        }
        LOG.warn("tables are not read anew, they were dropped tables={}", gone);
        Map<TableId, Long> read = new TreeMap<>(open);
        read.keySet().retainAll(gone);
        progress.published(publisher.publishAside(LogBatch.empty(Cut.Kind.STREAM, epoch, Lsn.ZERO, null), read));
    }

    private void awaitStream(Lsn point) throws InterruptedException {
        try (SourceDatabase source = SourceDatabase.connect(settings.source())) {
            while (position().compareTo(point) < 0) {
                source.emitHeartbeat();
                if (stopping.await(BEAT.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new PipelineException(ErrorKind.SOURCE_UNREACHABLE, "stopped");
                }
            }
        }
    }

    private Lsn position() {
        return publisher.lastCut().map(Cut::commitLsn).orElse(Lsn.ZERO);
    }

    private Topics topics() {
        return new Topics(settings.pipeline());
    }

    /** Ends what is going on and waits for it. */
    @Override
    public void close() {
        stopping.countDown();
        ExportedSnapshot open = current;
        if (open != null) {
            open.abort();
        }
        try {
            if (!ended.await(LONGEST_END.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("reading tables anew has not ended after {}", LONGEST_END);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
