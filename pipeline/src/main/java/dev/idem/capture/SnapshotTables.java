package dev.idem.capture;

import dev.idem.assemble.EncodedChange;
import dev.idem.change.ChangeEvent;
import dev.idem.change.ColumnValue;
import dev.idem.change.Cut;
import dev.idem.change.Lsn;
import dev.idem.change.Operation;
import dev.idem.change.Row;
import dev.idem.change.RowKeys;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.change.Topics;
import dev.idem.change.Version;
import dev.idem.publish.EventLimit;
import dev.idem.publish.LogBatch;
import dev.idem.publish.Publisher;
import dev.idem.relation.Definitions;
import dev.idem.relation.PublishedTables;
import dev.idem.relation.TableStamp;
import dev.idem.source.PublishedTable;
import dev.idem.source.SourceFault;
import io.debezium.connector.postgresql.Module;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
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

    /** The warehouse locks each table of a cut, with its indexes, in one transaction, and its locks are bounded. */
    private static final int MOST_TABLES = 100;

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
    private int tables;

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

    /** The snapshot's place in the WAL. */
    Lsn point() {
        return snapshot.point();
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
        return read(table, (definition, source) -> readAll(table, definition, source));
    }

    /**
     * Reads some rows of a table with a key. A row that the table does not have is published as deleted, at the
     * snapshot's position as the others; the table is not said to be complete. Where a key is no value of the source's
     * type no change can name it, and the whole table is read.
     *
     * @return false as {@link #read(PublishedTable)}
     */
    boolean readRows(PublishedTable table, RowKeys rows) {
        return read(table, (definition, source) -> {
            Connection session = snapshot.rows();
            Savepoint before = session.setSavepoint();
            try {
                return readByKey(table, table.copyStatement(rows), definition, source);
            } catch (SQLException e) {
                // Class 22: a text that is no value of the key's type here, though it is one in the warehouse.
                if (!String.valueOf(e.getSQLState()).startsWith("22")) {
                    throw e;
                }
                session.rollback(before);
                return readAll(table, definition, source);
            }
        });
    }

    /** How the rows of a table are read whose lock is held. */
    @FunctionalInterface
    private interface Reading {
        Cut.TableState read(TableDefinition definition, ChangeEvent.SourceBlock source) throws SQLException;
    }

    private boolean read(PublishedTable table, Reading reading) {
        try {
            Connection session = snapshot.rows();
            Savepoint before = session.setSavepoint();
            try {
                return isAsInSnapshot(table, session) && readLocked(table, reading);
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

    private boolean readLocked(PublishedTable table, Reading reading) throws SQLException {
        TableDefinition definition =
                definitions.register(table.definition(), Version.ofSnapshot(target.epoch(), snapshot.point()));
        publisher.ensureTopics(List.of(topics.of(definition.table())));
        read.add(reading.read(
                definition,
                new ChangeEvent.SourceBlock(
                        Module.version(),
                        topics.pipeline(),
                        target.database(),
                        snapshot.openedMillis(),
                        true,
                        0,
                        snapshot.point())));
        tables++;
        if (tables >= MOST_TABLES) {
            publish(target.kind(), List.of());
        }
        return true;
    }

    private Cut.TableState readAll(PublishedTable table, TableDefinition definition, ChangeEvent.SourceBlock source)
            throws SQLException {
        long count = 0;
        CopyOut copy = copyOut(table.copyStatement());
        int[] places = places(table);
        for (byte[] line = copy.readFromCopy(); line != null; line = copy.readFromCopy()) {
            count++;
            add(
                    Operation.READ,
                    row(definition, places, CopyLine.values(line, places.length)),
                    definition,
                    source,
                    count);
            publishWhereEnough(definition, count);
        }
        return new Cut.TableState(definition.table(), definition.number(), count, snapshot.point());
    }

    private Cut.TableState readByKey(
            PublishedTable table, String statement, TableDefinition definition, ChangeEvent.SourceBlock source)
            throws SQLException {
        long count = 0;
        CopyOut copy = copyOut(statement);
        int[] keyPlaces =
                definition.key().stream().mapToInt(definition::indexOf).toArray();
        int[] places = places(table);
        int rowFrom = 1 + keyPlaces.length;
        for (byte[] line = copy.readFromCopy(); line != null; line = copy.readFromCopy()) {
            count++;
            ColumnValue[] values = CopyLine.values(line, rowFrom + places.length);
            Row row = row(definition, places, Arrays.copyOfRange(values, rowFrom, values.length));
            if (row.get(keyPlaces[0]).equals(ColumnValue.NULL)) {
                Row key = row(definition, keyPlaces, Arrays.copyOfRange(values, 1, rowFrom));
                add(Operation.DELETE, key, definition, source, count);
            } else {
                add(Operation.READ, row, definition, source, count);
            }
            publishWhereEnough(definition, count);
        }
        return new Cut.TableState(definition.table(), definition.number(), count, null);
    }

    private CopyOut copyOut(String statement) throws SQLException {
        return snapshot.rows().unwrap(PGConnection.class).getCopyAPI().copyOut(statement);
    }

    private static int[] places(PublishedTable table) {
        return table.readColumns().stream()
                .mapToInt(column -> table.definition().indexOf(column.name()))
                .toArray();
    }

    /** A row of the values at these places of the definition; what the source computes is not carried. */
    private static Row row(TableDefinition definition, int[] places, ColumnValue[] values) {
        ColumnValue[] all = new ColumnValue[definition.columns().size()];
        Arrays.fill(all, ColumnValue.UNAVAILABLE);
        for (int i = 0; i < places.length; i++) {
            all[places[i]] = values[i];
        }
        return Row.of(all);
    }

    private void add(
            Operation operation, Row row, TableDefinition definition, ChangeEvent.SourceBlock source, long count) {
        boolean deletes = operation == Operation.DELETE;
        ChangeEvent event = new ChangeEvent(operation, deletes ? row : null, deletes ? null : row, source, null);
        EncodedChange change = encoder.encode(event, row, definition, topics.of(definition.table()), null);
        rows.add(new Numbered(change, definition.hasKey() ? 0 : count));
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

    /**
     * Publishes what is left and says that the tables read are complete; what they hold besides does not exist. The
     * last cut is of the kind {@code closing}.
     */
    List<Cut.TableState> complete(Cut.Kind closing) {
        int from = 0;
        for (; read.size() - from > MOST_TABLES; from += MOST_TABLES) {
            publish(target.kind(), List.copyOf(read.subList(from, from + MOST_TABLES)));
        }
        publish(closing, List.copyOf(read.subList(from, read.size())));
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
        tables = 0;
    }
}
