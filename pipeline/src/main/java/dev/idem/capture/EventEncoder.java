package dev.idem.capture;

import dev.idem.assemble.EncodedChange;
import dev.idem.change.ChangeEvent;
import dev.idem.change.ColumnValue;
import dev.idem.change.EnvelopeCodec;
import dev.idem.change.Operation;
import dev.idem.change.Row;
import dev.idem.change.TableDefinition;
import dev.idem.publish.EventLimit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Encodes events, none larger than the log takes: an old image is left out but for the key where that suffices, else an
 * event goes out that says how large the row was, so that it is set aside by name and the stream goes on.
 *
 * <p><i>Threads:</i> thread-safe.
 */
final class EventEncoder {

    private static final Logger LOG = LoggerFactory.getLogger(EventEncoder.class);

    private final EnvelopeCodec codec = new EnvelopeCodec();
    private final EventLimit limit;

    EventEncoder(EventLimit limit) {
        this.limit = limit;
    }

    /**
     * The event as the log will hold it.
     *
     * @param keyed the image that has the record's key; null where there is none
     * @param movedFrom on the second half of a key change the key that the row had before
     */
    EncodedChange encode(
            ChangeEvent event,
            @Nullable Row keyed,
            TableDefinition definition,
            String topic,
            byte @Nullable [] movedFrom) {
        byte[] key =
                keyed == null || !definition.hasKey() ? null : codec.encodeKey(definition.keyOf(keyed), definition);
        boolean deletes = event.operation() == Operation.DELETE;
        int number = definition.number();
        byte[] value = encodeWhereSmall(event, definition);
        if (value == null && definition.hasKey()) {
            value = encodeWhereSmall(event.with(keyOf(event.before(), definition), event.after()), definition);
        }
        if (value != null) {
            return new EncodedChange(topic, key, value, number, movedFrom, deletes);
        }
        long bytes = Math.max(
                characters(event.before()) + characters(event.after()),
                isLargeByCharacters(event) ? 0 : codec.encode(event, definition).length);
        LOG.error(
                "event is too large for the log, it is set aside table={} bytes={} limit={} remedy=\"raise"
                        + " topic.max-event and the heap (IDEM_JAVA_OPTS), then read the table anew: ./idem resync\"",
                definition.table(),
                bytes,
                limit.bytes());
        byte[] keyOnly = codec.encode(
                event.with(keyOf(event.before(), definition), keyOf(event.after(), definition)), definition);
        return new EncodedChange(topic, key, keyOnly, number, movedFrom, deletes, bytes);
    }

    /** Null where it is too large; what is too large by its characters alone is not encoded at all. */
    private byte @Nullable [] encodeWhereSmall(ChangeEvent event, TableDefinition definition) {
        if (isLargeByCharacters(event)) {
            return null;
        }
        byte[] value = codec.encode(event, definition);
        return value.length > limit.bytes() ? null : value;
    }

    private boolean isLargeByCharacters(ChangeEvent event) {
        return characters(event.before()) + characters(event.after()) > limit.bytes();
    }

    private static long characters(@Nullable Row row) {
        return row == null ? 0 : row.characters();
    }

    private static @Nullable Row keyOf(@Nullable Row row, TableDefinition definition) {
        if (row == null) {
            return null;
        }
        ColumnValue[] values = new ColumnValue[row.size()];
        for (int i = 0; i < values.length; i++) {
            boolean isKey = definition.isKey(definition.columns().get(i).name());
            values[i] = isKey ? row.get(i) : ColumnValue.UNAVAILABLE;
        }
        return Row.of(values);
    }
}
