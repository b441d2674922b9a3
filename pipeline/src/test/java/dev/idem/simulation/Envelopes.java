package dev.idem.simulation;

import dev.idem.assemble.EncodedChange;
import dev.idem.change.ChangeEvent;
import dev.idem.change.ColumnValue;
import dev.idem.change.EnvelopeCodec;
import dev.idem.change.Lsn;
import dev.idem.change.Operation;
import dev.idem.change.Row;
import dev.idem.change.RowKey;
import dev.idem.change.TableDefinition;
import dev.idem.change.Topics;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Encodes changes of the simulated source as the capture does. */
final class Envelopes {

    private final Topics topics;
    private final EnvelopeCodec codec = new EnvelopeCodec();

    Envelopes(Topics topics) {
        this.topics = topics;
    }

    /** A change of the stream. */
    EncodedChange change(SourceTransaction.SourceChange change, Lsn commit, long ordinal) {
        TableDefinition table = change.table();
        List<ColumnValue> keyed = change.after() == null ? change.before() : change.after();
        // A change's own LSN lies below its commit's, and several changes may share one.
        ChangeEvent.SourceBlock source = source(false, new Lsn(commit.value() - 400));
        ChangeEvent event = new ChangeEvent(
                change.operation(),
                row(change.before()),
                row(change.after()),
                source,
                new ChangeEvent.TransactionBlock("7", ordinal, ordinal));
        return new EncodedChange(
                topics.of(table.table()),
                keyed == null ? null : key(table, keyed),
                codec.encode(event, table),
                table.number(),
                change.movedFrom() < 0 ? null : codec.encodeKey(RowKey.of("" + change.movedFrom()), table),
                change.operation() == Operation.DELETE);
    }

    /** A row that a snapshot read. */
    EncodedChange snapshotRow(TableDefinition table, List<ColumnValue> row, Lsn point) {
        ChangeEvent event = new ChangeEvent(Operation.READ, null, row(row), source(true, point), null);
        return new EncodedChange(
                topics.of(table.table()), key(table, row), codec.encode(event, table), table.number(), null, false);
    }

    private static ChangeEvent.SourceBlock source(boolean snapshot, Lsn lsn) {
        return new ChangeEvent.SourceBlock("simulation", "sim", "shop", 0, snapshot, 7, lsn);
    }

    private byte @Nullable [] key(TableDefinition table, List<ColumnValue> row) {
        return table.hasKey() ? codec.encodeKey(table.keyOf(Row.of(row)), table) : null;
    }

    private static @Nullable Row row(@Nullable List<ColumnValue> values) {
        return values == null ? null : Row.of(values);
    }
}
