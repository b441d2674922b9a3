package dev.idem.capture;

import dev.idem.assemble.EncodedChange;
import dev.idem.change.Cut;
import dev.idem.change.Lsn;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.publish.LogBatch;
import dev.idem.publish.Publisher;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * Publishes the rows of a snapshot as they come, and at its end the closing marker.
 *
 * <p>The engine tells the snapshot's end in the order of the rows, so the marker follows the last of them. Every row
 * has the consistent point of the new slot as its position. What the engine sends after the end (it would begin to
 * stream) is left: the slot is not confirmed, and a new engine streams from it.
 *
 * <p><i>Threads:</i> one thread, the engine's; {@link #isCompleted} any.
 */
final class SnapshotHandler implements Engine.Handler {

    private static final String COMPLETED = "COMPLETED";
    private static final String ABORTED = "ABORTED";

    private final int epoch;
    private final Collection<TableId> tables;
    private final Supplier<Lsn> slotPosition;
    private final TableReaders readers;
    private final Definitions definitions;
    private final Publisher publisher;
    private final CaptureProgress progress;
    private final Map<TableId, Cut.TableState> read = new TreeMap<>();
    private final List<Row> rows = new ArrayList<>();
    private @Nullable Lsn consistentPoint;
    private volatile boolean completed;

    private record Row(EncodedChange change, long ordinal) {}

    /** What the handler works with; {@code slotPosition} asks the source for the new slot's consistent point. */
    record Parts(
            Supplier<Lsn> slotPosition,
            TableReaders readers,
            Definitions definitions,
            Publisher publisher,
            CaptureProgress progress) {}

    SnapshotHandler(int epoch, Collection<TableId> tables, Parts parts) {
        this.epoch = epoch;
        this.tables = tables;
        this.slotPosition = parts.slotPosition();
        this.readers = parts.readers();
        this.definitions = parts.definitions();
        this.publisher = parts.publisher();
        this.progress = parts.progress();
    }

    /** Whether the closing marker is durable. */
    boolean isCompleted() {
        return completed;
    }

    @Override
    public int handle(List<SourceRecord> records) {
        if (completed) {
            return -1;
        }
        boolean ends = false;
        for (int i = 0; i < records.size() && !ends; i++) {
            ends = take(records.get(i));
        }
        if (ends) {
            publish(Cut.Kind.SNAPSHOT_COMPLETED, closing());
            completed = true;
        } else if (!rows.isEmpty()) {
            publish(Cut.Kind.SNAPSHOT, List.of());
        }
        return -1;
    }

    /** Takes one record; true where it ends the snapshot. */
    private boolean take(SourceRecord record) {
        if (!record.topic().equals(EngineOptions.NOTIFICATION_TOPIC)) {
            takeRow(record);
            return false;
        }
        String type = ((Struct) record.value()).getString("type");
        if (type.equals(ABORTED)) {
            throw new PipelineException(ErrorKind.SOURCE_UNREACHABLE, "the engine aborted the snapshot");
        }
        return type.equals(COMPLETED);
    }

    private void takeRow(SourceRecord record) {
        Lsn point = consistentPoint();
        ChangeReader reader = readers.readerOf(record);
        TableDefinition definition = reader.definition();
        Long lsn = ((Struct) record.value()).getStruct("source").getInt64("lsn");
        if (lsn == null || lsn != point.value()) {
            throw new PipelineException(
                    ErrorKind.INVARIANT,
                    "a row of the snapshot of " + definition.table() + " stands at "
                            + (lsn == null ? "no position" : new Lsn(lsn)) + " (expected: the slot's " + point + ')');
        }
        long count = read.containsKey(definition.table())
                ? read.get(definition.table()).rows() + 1
                : 1;
        read.put(definition.table(), new Cut.TableState(definition.table(), definition.number(), count, point));
        // A row without a key has no identity but its version, so each gets an ordinal of its own.
        long ordinal = definition.hasKey() ? 0 : count;
        reader.read(record, 0, 0, change -> rows.add(new Row(change, ordinal)));
    }

    private Lsn consistentPoint() {
        Lsn point = consistentPoint;
        if (point == null) {
            point = slotPosition.get();
            consistentPoint = point;
        }
        return point;
    }

    private List<Cut.TableState> closing() {
        for (TableId table : tables) {
            if (!read.containsKey(table)) {
                TableDefinition definition = definitions.resolve(table);
                publisher.ensureTopics(List.of(readers.topicOf(table)));
                read.put(table, new Cut.TableState(table, definition.number(), 0, consistentPoint()));
            }
        }
        return List.copyOf(read.values());
    }

    private void publish(Cut.Kind kind, List<Cut.TableState> closing) {
        Lsn point = consistentPoint();
        Cut cut = publisher.publish(new LogBatch(
                kind,
                epoch,
                point,
                null,
                0,
                definitions.takeUnpublished(),
                consumer -> rows.forEach(row -> consumer.accept(row.change(), point, row.ordinal())),
                closing));
        rows.clear();
        progress.published(cut);
        progress.snapshotRows(read.values());
    }
}
