package dev.idem.change;

import com.fasterxml.jackson.databind.JsonNode;

/** Required fields of a JSON object; a missing or mistyped one is a {@link MalformedEventException} that names it. */
final class JsonFields {

    private JsonFields() {}

    static JsonNode required(JsonNode node, String field) {
        JsonNode value = node.get(field);
        if (value == null || value.isNull()) {
            throw new MalformedEventException("field " + field + ": missing (expected: a value)");
        }
        return value;
    }

    static String text(JsonNode node, String field) {
        JsonNode value = required(node, field);
        if (!value.isTextual()) {
            throw new MalformedEventException(
                    "field " + field + ": a JSON " + value.getNodeType() + " (expected: text)");
        }
        return value.textValue();
    }

    static long number(JsonNode node, String field) {
        JsonNode value = required(node, field);
        if (!value.canConvertToLong() || !value.isIntegralNumber()) {
            throw new MalformedEventException(
                    "field " + field + ": a JSON " + value.getNodeType() + " (expected: a whole number of 64 bits)");
        }
        return value.longValue();
    }

    static boolean flag(JsonNode node, String field) {
        JsonNode value = required(node, field);
        if (!value.isBoolean()) {
            throw new MalformedEventException(
                    "field " + field + ": a JSON " + value.getNodeType() + " (expected: true or false)");
        }
        return value.booleanValue();
    }
}
