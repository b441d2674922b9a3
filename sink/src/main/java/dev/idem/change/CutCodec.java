package dev.idem.change;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Writes and reads {@link Cut}s as JSON.
 *
 * <p><i>Threads:</i> thread-safe.
 */
public final class CutCodec {

    private final ObjectMapper json = new ObjectMapper();

    /** The value of a record of {@code <name>.progress}. */
    public byte[] encode(Cut cut) {
        ObjectNode root = json.createObjectNode();
        root.put("cut", cut.number());
        root.put("kind", cut.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        root.put("epoch", cut.epoch());
        root.put("commit_lsn", cut.commitLsn().toString());
        Instant time = cut.commitTime();
        root.put("commit_ts", time == null ? null : time.toString());
        root.put("transactions", cut.transactions());
        root.put("events", cut.events());
        ObjectNode ranges = root.putObject("ranges");
        cut.ranges().forEach((topic, partitions) -> {
            ObjectNode node = ranges.putObject(topic);
            partitions.forEach((partition, range) ->
                    node.putArray(partition.toString()).add(range.from()).add(range.to()));
        });
        ObjectNode source = root.putObject("source");
        source.put("system_identifier", cut.source().systemIdentifier());
        source.put("timeline", cut.source().timeline());
        source.put("database", cut.source().database());
        source.put("slot", cut.source().slot());
        ArrayNode tables = root.putArray("tables");
        for (Cut.TableState table : cut.tables()) {
            ObjectNode node = tables.addObject()
                    .put("schema", table.table().schema())
                    .put("table", table.table().name())
                    .put("definition", table.definition())
                    .put("rows", table.rows());
            Lsn completeAt = table.completeAt();
            if (completeAt != null) {
                node.put("complete_at", completeAt.toString());
            }
        }
        try {
            return json.writeValueAsBytes(root);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("encoding cut " + cut.number(), e);
        }
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @throws MalformedEventException where the bytes are no cut
     */
    public Cut decode(byte[] value) {
        try {
            JsonNode root = json.readTree(value);
            String time = root.path("commit_ts").asText("null");
            JsonNode source = JsonFields.required(root, "source");
            return new Cut(
                    JsonFields.number(root, "cut"),
                    Cut.Kind.valueOf(JsonFields.text(root, "kind")
                            .toUpperCase(Locale.ROOT)
                            .replace('-', '_')),
                    (int) JsonFields.number(root, "epoch"),
                    Lsn.parse(JsonFields.text(root, "commit_lsn")),
                    time.equals("null") ? null : Instant.parse(time),
                    JsonFields.number(root, "transactions"),
                    JsonFields.number(root, "events"),
                    ranges(JsonFields.required(root, "ranges")),
                    new Cut.SourceIdentity(
                            JsonFields.text(source, "system_identifier"),
                            (int) JsonFields.number(source, "timeline"),
                            JsonFields.text(source, "database"),
                            JsonFields.text(source, "slot")),
                    tables(root.path("tables")));
        } catch (IOException | IllegalArgumentException | DateTimeException e) {
            throw new MalformedEventException("cut: not readable (expected: a progress record of this product)", e);
        }
    }

    private static Map<String, Map<Integer, Cut.OffsetRange>> ranges(JsonNode node) {
        Map<String, Map<Integer, Cut.OffsetRange>> ranges = new HashMap<>();
        node.properties().forEach(topic -> {
            Map<Integer, Cut.OffsetRange> partitions = new HashMap<>();
            topic.getValue().properties().forEach(partition -> {
                JsonNode range = partition.getValue();
                partitions.put(
                        Integer.parseInt(partition.getKey()),
                        new Cut.OffsetRange(
                                range.path(0).asLong(-1), range.path(1).asLong(-1)));
            });
            ranges.put(topic.getKey(), partitions);
        });
        return ranges;
    }

    private static List<Cut.TableState> tables(JsonNode node) {
        List<Cut.TableState> tables = new ArrayList<>();
        for (JsonNode table : node) {
            tables.add(new Cut.TableState(
                    new TableId(JsonFields.text(table, "schema"), JsonFields.text(table, "table")),
                    (int) JsonFields.number(table, "definition"),
                    JsonFields.number(table, "rows"),
                    table.has("complete_at") ? Lsn.parse(JsonFields.text(table, "complete_at")) : null));
        }
        return tables;
    }
}
