package dev.idem.testing.memory;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads and writes the JSON of the control schema. */
final class CarriedJson {

    private static final ObjectMapper JSON = new ObjectMapper();

    private CarriedJson() {}

    /** The fields of {@code _idem_carried}. */
    static Map<String, String> read(@Nullable String text) {
        Map<String, String> carried = new TreeMap<>();
        if (text != null) {
            tree(text)
                    .properties()
                    .forEach(field ->
                            carried.put(field.getKey(), field.getValue().asText()));
        }
        return carried;
    }

    /** {@code _idem_carried::text}; null where it is NULL. */
    static @Nullable String write(Map<String, String> carried) {
        try {
            return carried.isEmpty() ? null : JSON.writeValueAsString(carried);
        } catch (JsonProcessingException e) {
            throw new AssertionError("carriers: not writable", e);
        }
    }

    /** The names of a definition's columns. */
    static List<String> columns(String definition) {
        List<String> names = new ArrayList<>();
        tree(definition)
                .path("columns")
                .forEach(column -> names.add(column.path("name").asText()));
        return names;
    }

    /** The names of a definition's key. */
    static List<String> key(String definition) {
        List<String> names = new ArrayList<>();
        tree(definition).path("key").forEach(name -> names.add(name.asText()));
        return names;
    }

    private static JsonNode tree(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON", e);
        }
    }
}
