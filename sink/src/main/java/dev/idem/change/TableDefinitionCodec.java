package dev.idem.change;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads {@link TableDefinition}s as the records of the compacted topic {@code <name>.schema}.
 *
 * <p><i>Threads:</i> thread-safe.
 */
public final class TableDefinitionCodec {

    private static final String GENERATION = "generation";
    private static final String VIRTUAL = "virtual";

    private final ObjectMapper json = new ObjectMapper();

    /** The record's key: {@code schema.table#number}, one for each definition, so that compaction keeps them all. */
    public byte[] encodeKey(TableDefinition definition) {
        return definition.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** True where a record of the topic is a definition, and none of what stands beside them. */
    public static boolean isKey(byte @Nullable [] key) {
        return !RereadRequest.isKey(key) && !PartitionList.isKey(key);
    }

    /** The record's value. */
    public byte[] encode(TableDefinition definition) {
        ObjectNode root = json.createObjectNode();
        root.put("schema", definition.table().schema());
        root.put("table", definition.table().name());
        root.put("number", definition.number());
        root.put("since", definition.since().toString());
        root.put("relation", definition.relation());
        root.put("replica_identity", definition.replicaIdentity().name().toLowerCase(Locale.ROOT));
        ArrayNode columns = root.putArray("columns");
        for (ColumnDefinition column : definition.columns()) {
            ObjectNode node = columns.addObject()
                    .put("name", column.name())
                    .put("type", column.type())
                    .put("number", column.number())
                    .put("not_null", column.notNull())
                    .put("toastable", column.toastable());
            putWhereThere(node, column.generation());
            putWhereThere(node, "collation", column.collation());
            putWhereThere(node, "missing", column.missing());
        }
        ArrayNode key = root.putArray("key");
        definition.key().forEach(key::add);
        if (!definition.renamedAway().isEmpty()) {
            ArrayNode renamedAway = root.putArray("renamed_away");
            definition.renamedAway().forEach(renamedAway::add);
        }
        TypeDefinitionCodec.encode(definition.types(), root);
        try {
            return json.writeValueAsBytes(root);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("encoding the definition of " + definition, e);
        }
    }

    private static void putWhereThere(ObjectNode node, String field, @Nullable String text) {
        if (text != null) {
            node.put(field, text);
        }
    }

    private static void putWhereThere(ObjectNode node, @Nullable Generation generation) {
        if (generation != null) {
            node.put(GENERATION, generation.expression());
            if (generation.virtual()) {
                node.put(VIRTUAL, true);
            }
        }
    }

    private static @Nullable Generation generation(JsonNode column) {
        String expression = textWhereThere(column, GENERATION);
        return expression == null
                ? null
                : new Generation(expression, column.path(VIRTUAL).asBoolean());
    }

    private static @Nullable String textWhereThere(JsonNode node, String field) {
        return node.has(field) ? JsonFields.text(node, field) : null;
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @throws MalformedEventException where the bytes are no definition
     */
    public TableDefinition decode(byte[] value) {
        try {
            JsonNode root = json.readTree(value);
            List<ColumnDefinition> columns = new ArrayList<>();
            for (JsonNode column : JsonFields.required(root, "columns")) {
                columns.add(new ColumnDefinition(
                        JsonFields.text(column, "name"),
                        JsonFields.text(column, "type"),
                        (int) JsonFields.number(column, "number"),
                        JsonFields.flag(column, "not_null"),
                        JsonFields.flag(column, "toastable"),
                        generation(column),
                        textWhereThere(column, "collation"),
                        textWhereThere(column, "missing")));
            }
            List<String> key = new ArrayList<>();
            JsonFields.required(root, "key").forEach(name -> key.add(name.asText()));
            List<Long> renamedAway = new ArrayList<>();
            root.path("renamed_away").forEach(relation -> renamedAway.add(relation.asLong()));
            return new TableDefinition(
                            new TableId(JsonFields.text(root, "schema"), JsonFields.text(root, "table")),
                            (int) JsonFields.number(root, "number"),
                            JsonFields.number(root, "relation"),
                            columns,
                            key,
                            ReplicaIdentity.valueOf(
                                    JsonFields.text(root, "replica_identity").toUpperCase(Locale.ROOT)),
                            TypeDefinitionCodec.decode(root))
                    .numbered((int) JsonFields.number(root, "number"), Version.parse(JsonFields.text(root, "since")))
                    .afterRenamesOf(renamedAway);
        } catch (IOException | IllegalArgumentException e) {
            throw new MalformedEventException(
                    "table definition: not readable (expected: a record of this product's schema topic)", e);
        }
    }
}
