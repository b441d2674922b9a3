package dev.idem.change;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The request to read a table anew, or some of its rows, a record of the topic {@code <name>.schema} beside the
 * definitions. A record without a value under the same key says that it is done.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param table the table
 * @param reason why, for people
 * @param rows those that are to be read; empty for the whole table
 */
public record RereadRequest(TableId table, String reason, Optional<RowKeys> rows) {

    /** The most rows of one request: what is more is as well read as a whole. */
    public static final int MOST_ROWS = 10_000;

    /** The most characters that the keys of one request have, well below what a record may hold. */
    public static final long MOST_CHARACTERS = 128 * 1024;

    private static final String SUFFIX = "#reread";
    private static final String COLUMNS = "columns";
    private static final String KEYS = "keys";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The request to read the whole table. */
    public RereadRequest(TableId table, String reason) {
        this(table, reason, Optional.empty());
    }

    /** What answers both requests, which are of one table: their rows, or the whole table where those are too many. */
    public RereadRequest and(RereadRequest later) {
        if (rows.isEmpty()) {
            return this;
        }
        if (later.rows.isEmpty()
                || !rows.get().columns().equals(later.rows.get().columns())) {
            return new RereadRequest(table, later.reason);
        }
        RowKeys both = rows.get().and(later.rows.get());
        boolean isTooMuch = both.keys().size() > MOST_ROWS || both.characters() > MOST_CHARACTERS;
        return new RereadRequest(table, later.reason, isTooMuch ? Optional.empty() : Optional.of(both));
    }

    /** The record's key: {@code schema.table#reread}; a definition's ends with a number. */
    public static byte[] encodeKey(TableId table) {
        return (table + SUFFIX).getBytes(StandardCharsets.UTF_8);
    }

    /** True where a record of the topic is such a request, or the end of one, and no definition. */
    public static boolean isKey(byte @Nullable [] key) {
        return key != null && new String(key, StandardCharsets.UTF_8).endsWith(SUFFIX);
    }

    /** The record's value. */
    public byte[] encode() {
        try {
            ObjectNode root = JSON.createObjectNode()
                    .put("schema", table.schema())
                    .put("table", table.name())
                    .put("reason", reason);
            rows.ifPresent(some -> {
                root.set(COLUMNS, JSON.valueToTree(some.columns()));
                root.set(KEYS, JSON.valueToTree(some.keys()));
            });
            return JSON.writeValueAsBytes(root);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("encoding the request to read " + table, e);
        }
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @throws MalformedEventException where the bytes are no request
     */
    public static RereadRequest decode(byte[] value) {
        try {
            JsonNode root = JSON.readTree(value);
            return new RereadRequest(
                    new TableId(JsonFields.text(root, "schema"), JsonFields.text(root, "table")),
                    JsonFields.text(root, "reason"),
                    root.has(KEYS) ? Optional.of(rows(root)) : Optional.empty());
        } catch (IOException e) {
            throw new MalformedEventException("a request to read a table anew: not JSON");
        }
    }

    private static RowKeys rows(JsonNode root) {
        List<List<String>> keys = new ArrayList<>();
        root.path(KEYS).forEach(key -> keys.add(texts(key)));
        try {
            return new RowKeys(texts(root.path(COLUMNS)), keys);
        } catch (IllegalArgumentException e) {
            throw new MalformedEventException("a request to read rows anew: " + e.getMessage(), e);
        }
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(value -> texts.add(value.asText()));
        return texts;
    }
}
