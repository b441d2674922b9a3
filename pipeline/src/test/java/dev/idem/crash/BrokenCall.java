package dev.idem.crash;

import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.errors.TimeoutException;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jdbi.v3.core.transaction.TransactionException;

/** The exception that a call throws where the connection to its server breaks. */
final class BrokenCall {

    private static final String WHAT = "broken at a crash point";
    private static final String CONNECTION_FAILURE = "08006";

    private BrokenCall() {}

    /** As the library of the point's call throws it. */
    static Throwable of(String point) {
        String call = point.substring(point.indexOf(' ') + 1);
        String type = call.substring(0, call.indexOf('.'));
        SQLException sql = new SQLException(WHAT, CONNECTION_FAILURE);
        return switch (type) {
            case "Consumer", "KafkaConsumer", "Producer", "KafkaProducer", "Admin" -> new TimeoutException(WHAT);
            case "KafkaFuture" -> new ExecutionException(new TimeoutException(WHAT));
            case "Jdbi" -> new ConnectionException(sql);
            case "ResultIterable", "Query", "Update" -> new UnableToExecuteStatementException(sql, null);
            case "Handle" -> handle(call, sql);
            case "Flyway" -> new FlywayException(WHAT, sql);
            case "Files" -> new IOException(WHAT);
            case "DebeziumEngine", "DebeziumEngine$RecordCommitter", "PostgresConnectorTask" ->
                new org.apache.kafka.connect.errors.ConnectException(WHAT, sql);
            default -> sql;
        };
    }

    private static Throwable handle(String call, SQLException sql) {
        return call.endsWith(".execute")
                ? new UnableToExecuteStatementException(sql, null)
                : new TransactionException(WHAT, sql);
    }
}
