package dev.idem.capture;

import dev.idem.assemble.EncodedChange;
import dev.idem.change.ChangeEvent;
import dev.idem.change.Lsn;
import dev.idem.change.Operation;
import dev.idem.change.Row;
import dev.idem.change.RowKey;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.change.Topics;
import dev.idem.change.TypeDefinition;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.relation.Rereads;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * Turns the engine's change records of one table and one Connect schema into encoded changes.
 *
 * <p>Keys come from our definition alone; the engine is told of none. An update that changes the key becomes a delete
 * of the old row and a create of the new one, the create naming the old key.
 *
 * <p><i>Threads:</i> one thread.
 */
final class ChangeReader {

    private final EventEncoder encoder;
    private final String pipeline;
    private final String connector;
    private final RowReader rows;
    private final TableDefinition definition;
    private final TableId table;
    private final String topic;
    private final EnvelopeFields fields;
    private final ChangedTypes changedTypes;
    private final Rereads rereads;
    private long transaction = -1;
    private long collectionOrder;

    /** The fields of the envelope and of its source block. */
    private record EnvelopeFields(
            Field before, Field after, Field source, Field op, Field time, Field transactionId, Field lsn, Field db) {
        static EnvelopeFields of(Schema envelope) {
            Schema source = envelope.field("source").schema();
            return new EnvelopeFields(
                    envelope.field("before"),
                    envelope.field("after"),
                    envelope.field("source"),
                    envelope.field("op"),
                    source.field("ts_ms"),
                    source.field("txId"),
                    source.field("lsn"),
                    source.field("db"));
        }
    }

    /**
     * A reader of one table.
     *
     * @param olderTypes the types of its earlier definitions, the youngest first
     * @param rereads asks for it to be read where the stream leaves out a value that was never sent
     */
    ChangeReader(
            EventEncoder encoder,
            Topics topics,
            String connector,
            RowReader rows,
            Schema envelope,
            List<List<TypeDefinition>> olderTypes,
            Rereads rereads) {
        this.encoder = encoder;
        this.pipeline = topics.pipeline();
        this.connector = connector;
        this.rows = rows;
        this.definition = rows.definition();
        this.table = definition.table();
        this.topic = topics.of(table);
        this.fields = EnvelopeFields.of(envelope);
        this.changedTypes = new ChangedTypes(rows, olderTypes);
        this.rereads = rereads;
    }

    /** True where the record has a value that the definition's types do not have, so that it may have grown old. */
    boolean isOutdatedBy(SourceRecord record) {
        if (changedTypes.isEmpty()) {
            return false;
        }
        Struct envelope = (Struct) record.value();
        return (envelope.get(fields.after) instanceof Struct after && changedTypes.hasUnknown(after))
                || (envelope.get(fields.before) instanceof Struct before && changedTypes.hasUnknown(before));
    }

    /** Remembers what an older reader of the table has met. */
    void succeed(ChangeReader older) {
        changedTypes.learnFrom(older.changedTypes);
    }

    TableId table() {
        return table;
    }

    TableDefinition definition() {
        return definition;
    }

    String topic() {
        return topic;
    }

    /**
     * Reads one record.
     *
     * @param transactionNumber tells one transaction from the next; not the source's id
     * @param nextOrdinal the ordinal that the first change of this record gets
     */
    void read(SourceRecord record, long transactionNumber, long nextOrdinal, Consumer<EncodedChange> changes) {
        if (transactionNumber != transaction) {
            transaction = transactionNumber;
            collectionOrder = 0;
        }
        Struct envelope = (Struct) record.value();
        Operation operation = Operation.ofLetter((String) envelope.get(fields.op));
        ChangeEvent.SourceBlock source = source((Struct) envelope.get(fields.source), operation == Operation.READ);
        Row before = oldImage(envelope);
        Row after = newImage(envelope);
        if (operation == Operation.CREATE && rows.leavesOut(required(after, "an insert without an image"))) {
            // An update that a row filter turned into an insert: the large values that it left alone were not sent.
            rereads.request(table, "a row that its row filter shows now came without its unchanged large values");
        }
        switch (operation) {
            case READ, TRUNCATE, CREATE ->
                changes.accept(encode(
                        new ChangeEvent(operation, null, after, source, place(source, operation, nextOrdinal)), null));
            case DELETE ->
                changes.accept(encode(
                        new ChangeEvent(operation, before, null, source, place(source, operation, nextOrdinal)), null));
            case UPDATE ->
                update(before, required(after, "an update without a new image"), source, nextOrdinal, changes);
        }
    }

    private void update(
            @Nullable Row before,
            Row after,
            ChangeEvent.SourceBlock source,
            long ordinal,
            Consumer<EncodedChange> changes) {
        Optional<RowKey> oldKey = before == null || !definition.hasKey() ? Optional.empty() : Optional.of(key(before));
        if (oldKey.isEmpty() || oldKey.get().equals(key(after))) {
            changes.accept(encode(
                    new ChangeEvent(Operation.UPDATE, before, after, source, place(source, Operation.UPDATE, ordinal)),
                    null));
            return;
        }
        EncodedChange delete = encode(
                new ChangeEvent(Operation.DELETE, before, null, source, place(source, Operation.DELETE, ordinal)),
                null);
        changes.accept(delete);
        changes.accept(encode(
                new ChangeEvent(Operation.CREATE, null, after, source, place(source, Operation.CREATE, ordinal + 1)),
                delete.key()));
    }

    private EncodedChange encode(ChangeEvent event, byte @Nullable [] movedFrom) {
        Row keyed = event.operation() == Operation.DELETE ? event.before() : event.after();
        return encoder.encode(event, keyed, definition, topic, movedFrom);
    }

    private RowKey key(Row row) {
        return definition.keyOf(row);
    }

    private @Nullable Row oldImage(Struct envelope) {
        Object before = envelope.get(fields.before);
        return before == null ? null : changedTypes.mended(rows.oldImage((Struct) before));
    }

    private @Nullable Row newImage(Struct envelope) {
        Object after = envelope.get(fields.after);
        return after == null ? null : changedTypes.mended(rows.newImage((Struct) after));
    }

    private ChangeEvent.SourceBlock source(Struct source, boolean snapshot) {
        Long transactionId = (Long) source.get(fields.transactionId);
        Long lsn = (Long) source.get(fields.lsn);
        return new ChangeEvent.SourceBlock(
                connector,
                pipeline,
                (String) source.get(fields.db),
                (Long) source.get(fields.time),
                snapshot,
                transactionId == null ? 0 : transactionId,
                lsn == null ? Lsn.ZERO : new Lsn(lsn));
    }

    private ChangeEvent.@Nullable TransactionBlock place(
            ChangeEvent.SourceBlock source, Operation operation, long ordinal) {
        return operation == Operation.READ
                ? null
                : new ChangeEvent.TransactionBlock(Long.toString(source.transactionId()), ordinal, ++collectionOrder);
    }

    private <T> T required(@Nullable T value, String what) {
        if (value == null) {
            throw new PipelineException(ErrorKind.INVARIANT, what + " of " + table + " (expected: one)");
        }
        return value;
    }
}
