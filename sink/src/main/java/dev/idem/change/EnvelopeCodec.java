package dev.idem.change;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads the records of a table's topic: Debezium's envelope as JSON without an inline schema.
 *
 * <p>A value is a JSON number for the integer types, {@code true} or {@code false} for boolean, and PostgreSQL's own
 * text as a JSON string for every other type, so nothing is lost. NULL is {@code null}. A column that the change did
 * not carry is left out.
 *
 * <p><i>Threads:</i> thread-safe.
 *
 * <p><i>Fails:</i> reading throws {@link MalformedEventException} and changes nothing.
 *
 * <p><i>Source:</i> Debezium documentation, "PostgreSQL connector", data change events.
 */
public final class EnvelopeCodec {

    private static final int LONGEST_VALUE = 1 << 30;
    private static final int USUAL_SIZE = 512;

    /** Jackson 2.21.0 cannot read an escaped surrogate pair in a name, so characters beyond 16 bits stay UTF-8. */
    private final JsonFactory json = JsonFactory.builder()
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(LONGEST_VALUE)
                    .maxNestingDepth(16)
                    .build())
            .build();

    /** What the sink needs of an envelope. */
    public record Envelope(
            Operation operation,
            @Nullable Row before,
            @Nullable Row after) {}

    /** The record's value for an event of {@code table}. */
    public byte[] encode(ChangeEvent event, TableDefinition table) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(USUAL_SIZE);
        try (JsonGenerator out = json.createGenerator(bytes)) {
            out.writeStartObject();
            writeRow(out, "before", event.before(), table);
            writeRow(out, "after", event.after(), table);
            writeSource(out, event.source(), table.table());
            writeTransaction(out, event.transaction());
            out.writeStringField("op", String.valueOf(event.operation().letter()));
            out.writeNumberField("ts_ms", event.source().commitMillis());
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("encoding an event of " + table, e);
        }
        return bytes.toByteArray();
    }

    /** The record's key: a JSON object of the key's columns; null for a table without a key. */
    public byte @Nullable [] encodeKey(RowKey key, TableDefinition table) {
        if (!table.hasKey()) {
            return null;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator out = json.createGenerator(bytes)) {
            out.writeStartObject();
            for (int i = 0; i < key.values().size(); i++) {
                String name = table.key().get(i);
                ColumnDefinition column = table.columns().get(table.indexOf(name));
                out.writeFieldName(name);
                writeText(out, column, key.values().get(i));
            }
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("encoding a key of " + table, e);
        }
        return bytes.toByteArray();
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @throws MalformedEventException where the bytes are no such envelope of {@code table}
     */
    public Envelope decode(byte[] value, TableDefinition table) {
        Operation operation = null;
        Row before = null;
        Row after = null;
        try (JsonParser in = json.createParser(value)) {
            expect(in.nextToken(), JsonToken.START_OBJECT, "envelope");
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                String field = in.currentName();
                JsonToken token = in.nextToken();
                switch (field) {
                    case "before" -> before = readRow(in, token, table);
                    case "after" -> after = readRow(in, token, table);
                    case "op" -> operation = Operation.ofLetter(readString(in, token, "op"));
                    default -> in.skipChildren();
                }
            }
            expect(in.currentToken(), JsonToken.END_OBJECT, "envelope");
            expect(in.nextToken(), null, "end of the record");
        } catch (IOException e) {
            throw new MalformedEventException("event of " + table + ": not JSON at " + place(e));
        }
        if (operation == null) {
            throw new MalformedEventException("event of " + table + ": no op (expected: r, c, u, d or t)");
        }
        return new Envelope(operation, before, after);
    }

    /**
     * Reads what {@link #encodeKey} wrote.
     *
     * @throws MalformedEventException where the bytes are no key of {@code table}
     */
    public RowKey decodeKey(byte[] key, TableDefinition table) {
        try (JsonParser in = json.createParser(key)) {
            Row row = readRow(in, in.nextToken(), table);
            if (row == null) {
                throw new MalformedEventException("key of " + table + ": null (expected: its columns)");
            }
            return table.keyOf(row);
        } catch (IOException e) {
            throw new MalformedEventException("key of " + table + ": not JSON at " + place(e));
        }
    }

    private static void writeRow(JsonGenerator out, String field, @Nullable Row row, TableDefinition table)
            throws IOException {
        out.writeFieldName(field);
        if (row == null) {
            out.writeNull();
            return;
        }
        out.writeStartObject();
        for (int i = 0; i < row.size(); i++) {
            ColumnDefinition column = table.columns().get(i);
            ColumnValue value = row.get(i);
            if (value instanceof ColumnValue.Text text) {
                out.writeFieldName(column.name());
                writeText(out, column, text.value());
            } else if (value.isCarried()) {
                out.writeNullField(column.name());
            }
        }
        out.writeEndObject();
    }

    private static void writeText(JsonGenerator out, ColumnDefinition column, String text) throws IOException {
        switch (column.jsonForm()) {
            case NUMBER -> out.writeNumber(text);
            case BOOLEAN -> out.writeBoolean(text.startsWith("t"));
            case STRING -> out.writeString(text);
        }
    }

    private static void writeSource(JsonGenerator out, ChangeEvent.SourceBlock source, TableId table)
            throws IOException {
        out.writeObjectFieldStart("source");
        out.writeStringField("version", source.connector());
        out.writeStringField("connector", "postgresql");
        out.writeStringField("name", source.pipeline());
        out.writeNumberField("ts_ms", source.commitMillis());
        out.writeStringField("snapshot", source.snapshot() ? "true" : "false");
        out.writeStringField("db", source.database());
        out.writeStringField("schema", table.schema());
        out.writeStringField("table", table.name());
        out.writeNumberField("txId", source.transactionId());
        out.writeNumberField("lsn", source.lsn().value());
        out.writeEndObject();
    }

    private static void writeTransaction(JsonGenerator out, ChangeEvent.@Nullable TransactionBlock transaction)
            throws IOException {
        if (transaction == null) {
            out.writeNullField("transaction");
            return;
        }
        out.writeObjectFieldStart("transaction");
        out.writeStringField("id", transaction.id());
        out.writeNumberField("total_order", transaction.totalOrder());
        out.writeNumberField("data_collection_order", transaction.collectionOrder());
        out.writeEndObject();
    }

    private static @Nullable Row readRow(JsonParser in, @Nullable JsonToken start, TableDefinition table)
            throws IOException {
        if (start == JsonToken.VALUE_NULL) {
            return null;
        }
        expect(start, JsonToken.START_OBJECT, "row of " + table);
        ColumnValue[] values = new ColumnValue[table.columns().size()];
        Arrays.fill(values, ColumnValue.UNAVAILABLE);
        int next = 0;
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String name = in.currentName();
            int index = next < values.length && table.columns().get(next).name().equals(name)
                    ? next
                    : requireColumn(table, name);
            values[index] = readValue(in, in.nextToken(), table.columns().get(index), table);
            next = index + 1;
        }
        return Row.of(values);
    }

    private static int requireColumn(TableDefinition table, String name) {
        int index = table.indexOf(name);
        if (index < 0) {
            throw new MalformedEventException(
                    "event of " + table + ": column '" + name + "' (expected: one of " + table.columnNames() + ')');
        }
        return index;
    }

    private static ColumnValue readValue(
            JsonParser in, @Nullable JsonToken token, ColumnDefinition column, TableDefinition table)
            throws IOException {
        if (token == JsonToken.VALUE_NULL) {
            return ColumnValue.NULL;
        }
        boolean fits = switch (column.jsonForm()) {
            case NUMBER -> token == JsonToken.VALUE_NUMBER_INT;
            case BOOLEAN -> token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE;
            case STRING -> token == JsonToken.VALUE_STRING;
        };
        if (!fits) {
            throw new MalformedEventException("column " + table.table() + '.' + column.name() + " of type "
                    + column.type() + ": a JSON " + token + " (expected: " + column.jsonForm() + " or null)");
        }
        return ColumnValue.of(in.getText());
    }

    private static String readString(JsonParser in, @Nullable JsonToken token, String field) throws IOException {
        expect(token, JsonToken.VALUE_STRING, field);
        return in.getText();
    }

    private static void expect(@Nullable JsonToken found, @Nullable JsonToken expected, String where) {
        if (found != expected) {
            throw new MalformedEventException(where + ": a JSON " + (found == null ? "end" : found) + " (expected: "
                    + (expected == null ? "end" : expected) + ')');
        }
    }

    /** Where the parser stopped; its own message is left out because it quotes the record. */
    private static String place(IOException e) {
        if (e instanceof com.fasterxml.jackson.core.JsonProcessingException json && json.getLocation() != null) {
            return "byte " + json.getLocation().getByteOffset();
        }
        return "an unknown place";
    }
}
