package dev.idem.engine;

import io.debezium.connector.postgresql.PostgresConnector;
import org.apache.kafka.connect.connector.Task;

/** Debezium's PostgreSQL connector with {@link TextConnectorTask} as its task. Made by the engine. */
public final class TextConnector extends PostgresConnector {

    /** Made by the engine. */
    public TextConnector() {}

    @Override
    public Class<? extends Task> taskClass() {
        return TextConnectorTask.class;
    }
}
