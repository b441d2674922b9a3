package dev.idem.change;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The partitions that a partitioned table had when the capture last looked, a record of the topic {@code <name>.schema}
 * beside the definitions. The youngest record of a table counts.
 *
 * <p>A partition that is detached or dropped leaves nothing in the WAL or in the catalogue by which a later start could
 * tell; only this list does.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param root the partitioned table
 * @param relations the partitions' {@code pg_class.oid}, of all levels
 */
public record PartitionList(TableId root, Set<Long> relations) {

    private static final String SUFFIX = "#partitions";
    private static final String PARTITIONS = "partitions";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A list with its own copy of the set. */
    public PartitionList {
        relations = Set.copyOf(relations);
    }

    /** The record's key: {@code schema.table#partitions}. */
    public byte[] encodeKey() {
        return (root + SUFFIX).getBytes(StandardCharsets.UTF_8);
    }

    /** True where a record of the topic is such a list. */
    public static boolean isKey(byte @Nullable [] key) {
        return key != null && new String(key, StandardCharsets.UTF_8).endsWith(SUFFIX);
    }

    /** The record's value. */
    public byte[] encode() {
        ObjectNode value = JSON.createObjectNode().put("schema", root.schema()).put("table", root.name());
        ArrayNode partitions = value.putArray(PARTITIONS);
        new TreeSet<>(relations).forEach(partitions::add);
        try {
            return JSON.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("encoding the partitions of " + root, e);
        }
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @throws MalformedEventException where the bytes are no such list
     */
    public static PartitionList decode(byte[] value) {
        try {
            JsonNode read = JSON.readTree(value);
            Set<Long> relations = new TreeSet<>();
            read.path(PARTITIONS).forEach(relation -> relations.add(relation.asLong()));
            return new PartitionList(
                    new TableId(JsonFields.text(read, "schema"), JsonFields.text(read, "table")), relations);
        } catch (IOException e) {
            throw new MalformedEventException("a list of partitions: not JSON", e);
        }
    }
}
