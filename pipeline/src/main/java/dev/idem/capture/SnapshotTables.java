package dev.idem.capture;

import dev.idem.assemble.EncodedChange;
import dev.idem.change.ChangeEvent;
import dev.idem.change.ColumnValue;
import dev.idem.change.Cut;
import dev.idem.change.Operation;
import dev.idem.change.Row;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.change.Topics;
import dev.idem.change.Version;
import dev.idem.publish.EventLimit;
import dev.idem.publish.LogBatch;
import dev.idem.publish.Publisher;
import io.debezium.connector.postgresql.Module;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * Reads tables within an exported snapshot and publishes their rows in batches of bounded size.
 *
 * <p>Every row has the snapshot's consistent point as its position; rows of a table without a key are numbered from 1,
 * since they have no identity but their version. Values are read with COPY, which prints them by the types' output
 * functions as the stream does.
 *
 * <p><i>Threads:</i> one thread.
 */
final class SnapshotTables {

    /** Undefined column, undefined table. */
    private static final Set<String> CHANGED_MEANWHILE = Set.of("42703", "42P01");

    private static final int MOST_ROWS = 20_000;
    private static final long MOST_BYTES = 16L << 20;

    private final Topics topics;
    private final ExportedSnapshot snapshot;
    private final Definitions definitions;
    private final Publisher publisher;
    private final Target target;
    private final EventEncoder encoder;
    private final List<Numbered> rows = new ArrayList<>();
    private final List<Cut.TableState> read = new ArrayList<>();
    private long bytes;

    private record Numbered(EncodedChange change, long ordinal) {}

    /**
     * What the rows are published as.
     *
     * @param epoch of the rows
     * @param kind of the cuts
     * @param database the source's name, for the envelopes
     * @param limit how large an event may be
     * @param publish publishes a batch
     */
    record Target(int epoch, Cut.Kind kind, String database, EventLimit limit, Consumer<LogBatch> publish) {}

    SnapshotTables(
            Topics topics, ExportedSnapshot snapshot, Definitions definitions, Publisher publisher, Target target) {
        this.topics = topics;
        this.snapshot = snapshot;
        this.definitions = definitions;
        this.publisher = publisher;
        this.target = target;
        this.encoder = new EventEncoder(target.limit());
    }

    /** How the table is published, in the snapshot; empty where it does not exist there. */
    Optional<PublishedTable> find(TableId table, String publication) {
        try {
            return new PublishedTables(snapshot.catalogue(), publication).find(table);
        } catch (SQLException e) {
            throw SourceFault.of("reading the definition of " + table, e);
        }
    }

    /** Makes the tables' topics, many at once. */
    void prepare(Collection<TableId> tables) {
        publisher.ensureTopics(tables.stream().map(topics::of).toList());
    }

    /**
     * Reads one table. Its lock goes with the savepoint, so that changes of it need not wait for the tables behind it.
     *
     * @return false where it was changed since the snapshot, so that it cannot be read there any more; what was
     *     published of it is right and not complete
     */
    boolean read(PublishedTable table) {
        try {
            Connection session = snapshot.rows();
            Savepoint before = session.setSavepoint();
            try {
                return isAsInSnapshot(table, session) && readLocked(table);
            } finally {
                session.rollback(before);
            }
        } catch (SQLException e) {
            if (CHANGED_MEANWHILE.contains(String.valueOf(e.getSQLState()))) {
                return false;
            }
            throw SourceFault.of("reading table " + table.definition().table(), e);
        }
    }

    private boolean isAsInSnapshot(PublishedTable table, Connection session) throws SQLException {
        try (Statement statement = session.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(table.lockStatement());
        }
        return TableStamp.of(session, table.definition().relation()).equals(definitions.stampNow(table.definition()));
    }

    private boolean readLocked(PublishedTable table) throws SQLException {
        TableDefinition definition =
                definitions.register(table.definition(), Version.ofSnapshot(target.epoch(), snapshot.point()));
        String topic = topics.of(definition.table());
        publisher.ensureTopics(List.of(topic));
        ChangeEvent.SourceBlock source = new ChangeEvent.SourceBlock(
                Module.version(),
                topics.pipeline(),
                target.database(),
                snapshot.openedMillis(),
                true,
                0,
                snapshot.point());
        long count = 0;
        CopyOut copy = snapshot.rows().unwrap(PGConnection.class).getCopyAPI().copyOut(table.copyStatement());
        int[] places = places(table);
        for (byte[] line = copy.readFromCopy(); line != null; line = copy.readFromCopy()) {
            count++;
            Row row = row(definition, places, line);
            ChangeEvent event = new ChangeEvent(Operation.READ, null, row, source, null);
            add(encoder.encode(event, row, definition, topic, null), definition.hasKey() ? 0 : count);
            publishWhereEnough(definition, count);
        }
        read.add(new Cut.TableState(definition.table(), definition.number(), count, snapshot.point()));
        return true;
    }

    private static int[] places(PublishedTable table) {
        return table.readColumns().stream()
                .mapToInt(column -> table.definition().indexOf(column.name()))
                .toArray();
    }

    private static Row row(TableDefinition definition, int[] places, byte[] line) {
        ColumnValue[] values = CopyLine.values(line, places.length);
        if (places.length == definition.columns().size()) {
            return Row.of(values);
        }
        ColumnValue[] all = new ColumnValue[definition.columns().size()];
        java.util.Arrays.fill(all, ColumnValue.UNAVAILABLE);
        for (int i = 0; i < places.length; i++) {
            all[places[i]] = values[i];
        }
        return Row.of(all);
    }

    private void add(EncodedChange change, long ordinal) {
        rows.add(new Numbered(change, ordinal));
        bytes += change.sizeBytes();
    }

    private void publishWhereEnough(TableDefinition definition, long count) {
        if (rows.size() >= MOST_ROWS || bytes >= MOST_BYTES) {
            publish(target.kind(), List.of());
            counted.count(definition.table(), count);
        }
    }

    /** Told how many rows of a table are published. */
    @FunctionalInterface
    interface Counted {
        void count(TableId table, long rows);
    }

    private Counted counted = (table, rows) -> {};

    SnapshotTables telling(Counted listener) {
        counted = listener;
        return this;
    }

    /** Publishes what is left and says that the tables read are complete; what they hold besides does not exist. */
    List<Cut.TableState> complete(Cut.Kind closing) {
        publish(closing, read);
        read.forEach(state -> counted.count(state.table(), state.rows()));
        return List.copyOf(read);
    }

    private void publish(Cut.Kind kind, List<Cut.TableState> closing) {
        List<Numbered> batch = List.copyOf(rows);
        synchronized (publisher) {
            target.publish()
                    .accept(new LogBatch(
                            kind,
                            target.epoch(),
                            snapshot.point(),
                            null,
                            0,
                            definitions.takeUnpublished(),
                            consumer -> batch.forEach(
                                    row -> consumer.accept(row.change(), snapshot.point(), row.ordinal())),
                            closing));
        }
        rows.clear();
        bytes = 0;
    }
}
