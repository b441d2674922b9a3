package dev.idem.relation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the source's event trigger says of a table's columns, where somebody has made it
 * ({@code sql/source/040_schema_changes.sql}).
 *
 * <p>It is a hint: anyone at the source may write such a message. It counts only where it fits what the server says.
 *
 * <p><i>Threads:</i> immutable.
 */
public record ToldColumns(long relation, Map<ColumnNumbers.Column, Integer> numbers) {

    /** The prefix of the messages that the event trigger writes. */
    public static final String PREFIX = "idem.columns";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Copies the map. */
    public ToldColumns {
        numbers = Map.copyOf(numbers);
    }

    /** Reads a message; empty where it is none of the trigger's. */
    public static Optional<ToldColumns> read(byte[] content) {
        try {
            JsonNode message = JSON.readTree(new String(content, StandardCharsets.UTF_8));
            Map<ColumnNumbers.Column, Integer> numbers = new HashMap<>();
            for (JsonNode column : message.path("columns")) {
                numbers.put(
                        new ColumnNumbers.Column(
                                column.path("name").asText(),
                                column.path("type").asText()),
                        column.path("number").asInt());
            }
            return Optional.of(new ToldColumns(message.path("relation").asLong(), numbers));
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    /** The numbers of these columns; empty where the message is not of a table with them. */
    Optional<ColumnNumbers.Found> find(List<ColumnNumbers.Column> columns) {
        List<Integer> found = new ArrayList<>();
        int last = 0;
        for (ColumnNumbers.Column column : columns) {
            @Nullable Integer number = numbers.get(column);
            if (number == null || number <= last) {
                return Optional.empty();
            }
            last = number;
            found.add(number);
        }
        return Optional.of(new ColumnNumbers.Found(found, true));
    }
}
