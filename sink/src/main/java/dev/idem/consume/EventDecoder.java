package dev.idem.consume;

import dev.idem.change.Change;
import dev.idem.change.EnvelopeCodec;
import dev.idem.change.EnvelopeCodec.Envelope;
import dev.idem.change.MalformedEventException;
import dev.idem.change.RecordHeaders;
import dev.idem.change.Row;
import dev.idem.change.RowKey;
import dev.idem.change.TableDefinition;
import dev.idem.change.Version;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Makes changes of records.
 *
 * <p><i>Threads:</i> one thread.
 */
final class EventDecoder {

    private final DefinitionLog definitions;
    private final EnvelopeCodec codec = new EnvelopeCodec();

    EventDecoder(DefinitionLog definitions) {
        this.definitions = definitions;
    }

    /** The version in the record's header; null where there is none that can be read. */
    static @Nullable Version version(ConsumerRecord<byte[], byte[]> record) {
        String text = header(record, RecordHeaders.VERSION);
        try {
            return text == null ? null : Version.parse(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** The change, or what is wrong with the record. */
    LogEvent decode(ConsumerRecord<byte[], byte[]> record, @Nullable Version version) {
        LogCoordinates coordinates = new LogCoordinates(record.topic(), record.partition(), record.offset());
        try {
            if (version == null) {
                throw new MalformedEventException("header " + RecordHeaders.VERSION
                        + ": none or unreadable (expected: epoch/commit-lsn/ordinal)");
            }
            TableDefinition definition = definitions.find(record.topic(), definitionNumber(record));
            String tooLarge = header(record, RecordHeaders.TOO_LARGE);
            if (tooLarge != null) {
                return new LogEvent.TooLarge(coordinates, definition, version, bytes(tooLarge));
            }
            Envelope envelope = codec.decode(record.value(), definition);
            return new LogEvent.Decoded(coordinates, definition, change(record, version, definition, envelope));
        } catch (MalformedEventException e) {
            return new LogEvent.Malformed(coordinates, String.valueOf(e.getMessage()));
        }
    }

    private static long bytes(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new MalformedEventException(
                    "header " + RecordHeaders.TOO_LARGE + ": unreadable (expected: a number of bytes)", e);
        }
    }

    private static int definitionNumber(ConsumerRecord<byte[], byte[]> record) {
        String text = header(record, RecordHeaders.SCHEMA);
        try {
            return Integer.parseInt(String.valueOf(text));
        } catch (NumberFormatException e) {
            throw new MalformedEventException(
                    "header " + RecordHeaders.SCHEMA + ": none or unreadable (expected: a whole number)", e);
        }
    }

    private Change change(
            ConsumerRecord<byte[], byte[]> record, Version version, TableDefinition definition, Envelope envelope) {
        return switch (envelope.operation()) {
            case TRUNCATE -> new Change.Truncate(version);
            case READ, CREATE, UPDATE -> {
                Row after = required(envelope.after(), "after");
                yield definition.hasKey()
                        ? new Change.Upsert(version, definition.keyOf(after), after, movedFrom(record, definition))
                        : new Change.Keyless(version, before(envelope), after);
            }
            case DELETE ->
                definition.hasKey()
                        ? new Change.Delete(version, codec.decodeKey(requiredKey(record), definition))
                        : new Change.Keyless(version, required(envelope.before(), "before"), null);
        };
    }

    private static @Nullable Row before(Envelope envelope) {
        return switch (envelope.operation()) {
            case UPDATE -> required(envelope.before(), "before");
            case READ, CREATE, DELETE, TRUNCATE -> null;
        };
    }

    private static Row required(@Nullable Row row, String field) {
        if (row == null) {
            throw new MalformedEventException("field " + field + ": null (expected: a row)");
        }
        return row;
    }

    private static byte[] requiredKey(ConsumerRecord<byte[], byte[]> record) {
        if (record.key() == null) {
            throw new MalformedEventException("record key: null (expected: the columns of the table's key)");
        }
        return record.key();
    }

    private Optional<RowKey> movedFrom(ConsumerRecord<byte[], byte[]> record, TableDefinition definition) {
        String text = header(record, RecordHeaders.MOVED_FROM);
        return text == null
                ? Optional.empty()
                : Optional.of(codec.decodeKey(text.getBytes(StandardCharsets.UTF_8), definition));
    }

    private static @Nullable String header(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null || header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }
}
