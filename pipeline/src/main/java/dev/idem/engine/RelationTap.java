package dev.idem.engine;

import dev.idem.change.TableId;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.relation.RelationMessage;
import dev.idem.sql.SqlIdentifier;
import io.debezium.connector.postgresql.TypeRegistry;
import io.debezium.connector.postgresql.connection.LogicalDecodingMessage;
import io.debezium.connector.postgresql.connection.Lsn;
import io.debezium.connector.postgresql.connection.MessageDecoder;
import io.debezium.connector.postgresql.connection.ReplicationConnection;
import io.debezium.connector.postgresql.connection.ReplicationMessage.Operation;
import io.debezium.connector.postgresql.connection.ReplicationStream.ReplicationMessageProcessor;
import io.debezium.connector.postgresql.connection.WalPositionLocator;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.replication.fluent.logical.ChainedLogicalStreamBuilder;

/**
 * Sits before the engine's decoder and hands on what the stream says of tables.
 *
 * <p>The engine keeps the relation messages to itself. Each is sent through the engine once more as a logical message
 * of the same transaction, so that it comes out between the changes exactly where the server put it. The engine itself
 * is told of tables and columns under names that it chooses tables by and can tell apart.
 *
 * <p><i>Threads:</i> one thread, the one that streams.
 *
 * <p><i>Source:</i> Debezium {@code PgOutputMessageDecoder}; PostgreSQL, "Logical Replication Message Formats".
 */
final class RelationTap implements MessageDecoder {

    private static final Instant POSTGRES_EPOCH = Instant.parse("2000-01-01T00:00:00Z");
    private static final int COMMIT_TIME = 1 + Long.BYTES;
    private static final int TRANSACTION_ID = COMMIT_TIME + Long.BYTES;

    private final MessageDecoder decoder;
    private final List<String> publications;
    private final EngineTables tables;
    private final Consumer<List<String>> announced;
    private final Runnable streaming;
    private long commitStart;
    private Instant commitTime = POSTGRES_EPOCH;
    private int transactionId;

    private RelationTap(
            MessageDecoder decoder,
            List<String> publications,
            EngineTables tables,
            Consumer<List<String>> announced,
            Runnable streaming) {
        this.decoder = decoder;
        this.publications = List.copyOf(publications);
        this.tables = tables;
        this.announced = announced;
        this.streaming = streaming;
    }

    /**
     * Puts a tap into the connection.
     *
     * @param publications what is streamed
     * @param tables the engine's names of the stream's tables
     * @param announced is told the names of a table's columns just before the decoder asks for them
     * @param streaming is run before each description of a table reaches the decoder
     * @throws PipelineException of kind INVARIANT where the engine's connection is not built as that of Debezium 3.6
     */
    static void into(
            ReplicationConnection connection,
            List<String> publications,
            EngineTables tables,
            Consumer<List<String>> announced,
            Runnable streaming) {
        try {
            Field decoder = connection.getClass().getDeclaredField("messageDecoder");
            decoder.setAccessible(true);
            decoder.set(
                    connection,
                    new RelationTap(
                            (MessageDecoder) decoder.get(connection), publications, tables, announced, streaming));
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new PipelineException(
                    ErrorKind.INVARIANT,
                    "Debezium's " + connection.getClass().getName() + " has no decoder to tap (expected: the field"
                            + " messageDecoder, as in Debezium 3.6)",
                    e);
        }
    }

    @Override
    public void processMessage(@Nullable ByteBuffer message, ReplicationMessageProcessor processor, TypeRegistry types)
            throws SQLException, InterruptedException {
        if (message == null || !message.hasRemaining()) {
            decoder.processMessage(message, processor, types);
            return;
        }
        int start = message.position();
        switch (message.get(start)) {
            case 'B' -> {
                commitStart = message.getLong(start + 1);
                commitTime = POSTGRES_EPOCH.plus(message.getLong(start + COMMIT_TIME), ChronoUnit.MICROS);
                transactionId = message.getInt(start + TRANSACTION_ID);
                decoder.processMessage(message, processor, types);
            }
            case 'R' -> relation(message, processor, types);
            default -> decoder.processMessage(message, processor, types);
        }
    }

    private void relation(ByteBuffer message, ReplicationMessageProcessor processor, TypeRegistry types)
            throws SQLException, InterruptedException {
        RelationMessage.Place place = new RelationMessage.Place(new dev.idem.change.Lsn(commitStart), transactionId);
        RelationMessage relation = RelationMessage.read(place, Optional.empty(), message);
        TableId engineTable = tables.nameOf(relation.relation(), relation.table());
        processor.process(new LogicalDecodingMessage(
                Operation.MESSAGE,
                commitTime,
                Integer.toUnsignedLong(transactionId),
                true,
                RelationMessage.PREFIX,
                RelationMessage.write(place, engineTable, message).array()));
        announced.accept(relation.engineNames());
        streaming.run();
        decoder.processMessage(renamed(engineTable, relation), processor, types);
    }

    /** The message with the names that the engine is to use. */
    private static ByteBuffer renamed(TableId engineTable, RelationMessage relation) {
        List<String> names = relation.engineNames();
        byte[] schema = engineTable.schema().getBytes(StandardCharsets.UTF_8);
        byte[] table = engineTable.name().getBytes(StandardCharsets.UTF_8);
        int size = schema.length + table.length + 4 + Integer.BYTES + Short.BYTES;
        for (String name : names) {
            size += name.getBytes(StandardCharsets.UTF_8).length + 2 + 2 * Integer.BYTES;
        }
        ByteBuffer renamed = ByteBuffer.allocate(size).put((byte) 'R').putInt((int) relation.relation());
        renamed.put(schema).put((byte) 0).put(table).put((byte) 0);
        renamed.put((byte) 'd').putShort((short) names.size());
        for (int i = 0; i < names.size(); i++) {
            RelationMessage.Column column = relation.columns().get(i);
            renamed.put((byte) (column.key() ? 1 : 0));
            renamed.put(names.get(i).getBytes(StandardCharsets.UTF_8)).put((byte) 0);
            renamed.putInt((int) column.type()).putInt(column.modifier());
        }
        return renamed.flip();
    }

    @Override
    public ChainedLogicalStreamBuilder defaultOptions(
            ChainedLogicalStreamBuilder builder, Function<Integer, Boolean> hasMinimumServerVersion) {
        return decoder.defaultOptions(builder, hasMinimumServerVersion)
                .withSlotOption(
                        "publication_names",
                        publications.stream().map(SqlIdentifier::quoted).collect(Collectors.joining(",")));
    }

    @Override
    public boolean shouldMessageBeSkipped(ByteBuffer buffer, Lsn last, Lsn start, WalPositionLocator locator) {
        return decoder.shouldMessageBeSkipped(buffer, last, start, locator);
    }

    @Override
    public void close() {
        decoder.close();
    }
}
