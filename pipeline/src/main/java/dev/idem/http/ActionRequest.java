package dev.idem.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.idem.change.TableId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A request that starts something, understood.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param key the idempotency key
 * @param fingerprint of path and body
 * @param table empty for the whole pipeline
 * @param body the whole of it, an object with known fields
 */
record ActionRequest(String key, String fingerprint, Optional<TableId> table, JsonNode body) {

    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final String REPAIR = "repair";

    /** The field that names several tables. */
    static final String TABLES = "tables";

    /** What the body of most requests may have. */
    static final List<String> SCOPE = List.of("schema", "table");

    /** What the body of a request for a comparison may have. */
    static final List<String> SCOPE_AND_REPAIR = List.of("schema", "table", REPAIR);

    /** A quoted string of RFC 9651, or the same without quotes. */
    private static final Pattern KEY =
            Pattern.compile("\"([\\x21\\x23-\\x5b\\x5d-\\x7e]{1,255})\"|([\\x21\\x23-\\x7e]{1,255})");

    /** What could not be understood. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient Problem problem;

        Refused(int status, String detail) {
            super(detail);
            this.problem = new Problem(status, detail);
        }

        Problem problem() {
            return problem;
        }
    }

    /** Reads a request whose body may have these fields; header values that it lacks are empty. */
    static ActionRequest read(String path, String key, String contentType, byte[] body, List<String> fields)
            throws Refused {
        Matcher matcher = KEY.matcher(key);
        if (!matcher.matches()) {
            throw new Refused(
                    400,
                    "Idempotency-Key: missing or not understood (expected: 1 to 255 visible characters in quotes)");
        }
        if (body.length > 0 && !contentType.toLowerCase(Locale.ROOT).startsWith("application/json")) {
            throw new Refused(415, "Content-Type: not understood (expected: application/json)");
        }
        JsonNode node = body.length == 0 ? JSON.createObjectNode() : parse(body);
        Iterator<String> names = node.fieldNames();
        while (names.hasNext()) {
            if (!fields.contains(names.next())) {
                throw new Refused(
                        400, "the body has a field that is not known (expected: some of " + fields + ", or none)");
            }
        }
        return new ActionRequest(
                matcher.group(1) == null ? matcher.group(2) : matcher.group(1),
                fingerprint(path, body),
                table(node),
                node);
    }

    /** Whether what differs is to be made right. */
    boolean repair() throws Refused {
        return flag(body, REPAIR);
    }

    /** A field that is true or false, and false where it is not there. */
    static boolean flag(JsonNode body, String field) throws Refused {
        if (body.has(field) && !body.path(field).isBoolean()) {
            throw new Refused(400, "the body's field " + field + " is not understood (expected: true or false)");
        }
        return body.path(field).asBoolean();
    }

    /** The table, of a request that needs one. */
    TableId requireTable() throws Refused {
        return table.orElseThrow(() -> new Refused(
                400, "the body names no table (expected: {\"schema\": \"public\", \"table\": \"orders\"})"));
    }

    /** The table that an object names; empty where it has neither of the two fields. */
    static Optional<TableId> table(JsonNode node) throws Refused {
        if (!node.has("schema") && !node.has("table")) {
            return Optional.empty();
        }
        if (!node.path("schema").isTextual() || !node.path("table").isTextual()) {
            throw new Refused(
                    400, "the body names no table (expected: {\"schema\": \"public\", \"table\": \"orders\"})");
        }
        return Optional.of(
                new TableId(node.path("schema").textValue(), node.path("table").textValue()));
    }

    /** The tables that the body names; none where it has no such field. */
    static List<TableId> tables(JsonNode body) throws Refused {
        JsonNode named = body.path(TABLES);
        if (body.has(TABLES) && (!named.isArray() || named.isEmpty())) {
            throw tablesNotUnderstood();
        }
        List<TableId> tables = new ArrayList<>();
        for (JsonNode table : named) {
            if (table.size() != 2) {
                throw tablesNotUnderstood();
            }
            tables.add(table(table).orElseThrow(ActionRequest::tablesNotUnderstood));
        }
        return tables;
    }

    private static Refused tablesNotUnderstood() {
        return new Refused(
                400,
                "the body's field tables is not understood (expected: a list of {\"schema\": \"public\", \"table\":"
                        + " \"orders\"})");
    }

    private static JsonNode parse(byte[] body) throws Refused {
        try {
            JsonNode node = JSON.readTree(body);
            if (node == null || !node.isObject()) {
                throw new Refused(400, "the body is no JSON object (expected: {} or one with schema and table)");
            }
            return node;
        } catch (JsonProcessingException e) {
            throw new Refused(400, "the body is no JSON (expected: an object)");
        } catch (IOException e) {
            throw new Refused(400, "the body is not UTF-8 (expected: a JSON object)");
        }
    }

    private static String fingerprint(String path, byte[] body) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(path.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            return HexFormat.of().formatHex(digest.digest(body));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
