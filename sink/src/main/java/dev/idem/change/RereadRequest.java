package dev.idem.change;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The request to read a table anew, a record of the topic {@code <name>.schema} beside the definitions. A record
 * without a value under the same key says that it is done.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param table the table
 * @param reason why, for people
 */
public record RereadRequest(TableId table, String reason) {

    private static final String SUFFIX = "#reread";
    private static final ObjectMapper JSON = new ObjectMapper();

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
            return JSON.writeValueAsBytes(JSON.createObjectNode()
                    .put("schema", table.schema())
                    .put("table", table.name())
                    .put("reason", reason));
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
                    JsonFields.text(root, "reason"));
        } catch (IOException e) {
            throw new MalformedEventException("a request to read a table anew: not JSON");
        }
    }
}
