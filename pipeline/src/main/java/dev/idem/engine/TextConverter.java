package dev.idem.engine;

import io.debezium.connector.postgresql.UnchangedToastedReplicationMessageColumn;
import io.debezium.spi.converter.CustomConverter;
import io.debezium.spi.converter.RelationalColumn;
import java.util.Properties;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Lets every column through as PostgreSQL's own text.
 *
 * <p>The engine makes one by its class name. {@link TextTypes} sees to it that what arrives is text already; anything
 * else is a fault of the set-up and fails the engine rather than being guessed at.
 *
 * <p><i>Threads:</i> thread-safe.
 */
public final class TextConverter implements CustomConverter<SchemaBuilder, RelationalColumn> {

    /**
     * Stands for a large value that an update left as it was. It is told from a real value by identity alone, so that a
     * real value with the same characters survives.
     */
    @SuppressWarnings("StringOperationCanBeSimplified")
    public static final String UNCHANGED = new String("unchanged");

    /** Made by the engine. */
    public TextConverter() {}

    @Override
    public void configure(Properties options) {}

    @Override
    public void converterFor(RelationalColumn column, ConverterRegistration<SchemaBuilder> registration) {
        String name = column.dataCollection() + '.' + column.name();
        Object schemaDefault = column.defaultValue();
        registration.register(
                SchemaBuilder.string().optional(), value -> isSame(value, schemaDefault) ? null : text(name, value));
    }

    /**
     * The engine has the column's default converted too, for the schema, as the very object that it offers here; nobody
     * reads it.
     */
    @SuppressWarnings("ReferenceEquality")
    private static boolean isSame(@Nullable Object value, @Nullable Object schemaDefault) {
        return value == schemaDefault;
    }

    private static @Nullable Object text(String column, @Nullable Object value) {
        if (value == null || value instanceof String) {
            return value;
        }
        if (UnchangedToastedReplicationMessageColumn.isUnchangedToastedValue(value)) {
            return UNCHANGED;
        }
        throw new IllegalStateException(
                "column " + column + ": a value of " + value.getClass().getName() + " (expected: PostgreSQL's text)");
    }
}
