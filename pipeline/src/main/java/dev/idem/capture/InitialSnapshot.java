package dev.idem.capture;

import dev.idem.change.Cut;
import dev.idem.change.TableId;
import dev.idem.change.Topics;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.publish.LogBatch;
import dev.idem.publish.Publisher;
import dev.idem.relation.Definitions;
import dev.idem.source.PublishedTable;
import dev.idem.source.SourceFault;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Makes the capture's slot and publishes every table as of its consistent point, on a thread of its own.
 *
 * <p><i>Threads:</i> one thread, the owner's; the work is done on another.
 */
final class InitialSnapshot implements AutoCloseable {

    private static final Duration LONGEST_END = Duration.ofSeconds(60);

    private final Parts parts;
    private final ExportedSnapshot snapshot;
    private final Thread thread = new Thread(this::run, "idem-snapshot");
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile @Nullable Throwable failure;

    /** What it works with. */
    record Parts(
            CaptureSettings settings,
            int epoch,
            Collection<TableId> tables,
            Definitions definitions,
            Publisher publisher,
            CaptureProgress progress) {}

    private InitialSnapshot(Parts parts) {
        this.parts = parts;
        CaptureSettings settings = parts.settings();
        boolean failover = Boolean.parseBoolean(settings.engineOptions().get("slot.failover"));
        this.snapshot = new ExportedSnapshot(
                settings.source(), new ExportedSnapshot.Slot(settings.source().slot(), false, failover, 0));
        thread.setDaemon(true);
    }

    static InitialSnapshot start(Parts parts) {
        InitialSnapshot started = new InitialSnapshot(parts);
        started.thread.start();
        return started;
    }

    private void run() {
        try (snapshot) {
            snapshot.open();
            publish();
        } catch (RuntimeException | Error e) {
            failure = e;
        } finally {
            ended.countDown();
        }
    }

    private void publish() {
        CaptureSettings settings = parts.settings();
        SnapshotTables reader = new SnapshotTables(
                        new Topics(settings.pipeline()),
                        snapshot,
                        parts.definitions(),
                        parts.publisher(),
                        new SnapshotTables.Target(
                                parts.epoch(),
                                Cut.Kind.SNAPSHOT,
                                settings.source().database(),
                                settings.log().limit(),
                                this::published))
                .telling((table, rows) ->
                        parts.progress().snapshotRows(List.of(new Cut.TableState(table, 0, rows, null))));
        reader.prepare(parts.tables());
        for (TableId table : parts.tables()) {
            Optional<PublishedTable> published =
                    reader.find(table, settings.source().publication());
            if (published.isPresent() && !reader.read(published.get())) {
                parts.publisher().requestReread(table, "it was changed while the snapshot was read");
            }
        }
        reader.complete(Cut.Kind.SNAPSHOT_COMPLETED);
    }

    private void published(LogBatch batch) {
        Cut cut = parts.publisher().publish(batch);
        parts.progress().published(cut);
    }

    /** Waits until it is complete or {@code patience} has passed; true where it is complete. */
    boolean awaitEnd(Duration patience) throws InterruptedException {
        boolean over = ended.await(patience.toMillis(), TimeUnit.MILLISECONDS);
        Throwable reason = failure;
        if (reason != null) {
            throw SourceFault.of("the snapshot ended early", reason);
        }
        return over;
    }

    @Override
    public void close() {
        snapshot.abort();
        try {
            if (!ended.await(LONGEST_END.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new PipelineException(
                        ErrorKind.SOURCE_UNREACHABLE, "the snapshot has not ended after " + LONGEST_END);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
