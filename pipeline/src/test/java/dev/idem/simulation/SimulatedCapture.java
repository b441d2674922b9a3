package dev.idem.simulation;

import dev.idem.assemble.EncodedChange;
import dev.idem.assemble.SpillPolicy;
import dev.idem.assemble.TransactionAssembler;
import dev.idem.capture.StartOnSimulatedSource;
import dev.idem.change.ColumnValue;
import dev.idem.change.Cut;
import dev.idem.change.Lsn;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.change.Topics;
import dev.idem.publish.LogBatch;
import dev.idem.publish.Publisher;
import dev.idem.publish.StreamPublisher;
import dev.idem.publish.StreamStart;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A capture process: the product's start rules, assembler and publishers, fed from the simulated WAL.
 *
 * <p><i>Threads:</i> one thread.
 */
final class SimulatedCapture {

    private static final SpillPolicy IN_MEMORY = new SpillPolicy(Path.of("unused"), Long.MAX_VALUE);

    private final World world;
    private final SimulatedSource source;
    private final Random random;
    private final Envelopes envelopes;
    private final SimulatedClients clients;
    private final Topics topics;
    private final List<TableDefinition> unpublished = new ArrayList<>(SourceTables.ALL);
    private @Nullable Publisher publisher;
    private @Nullable StreamPublisher stream;
    private SimulatedSource.History history;
    private int epoch;
    private int transaction;
    private int item;
    private int seen = Integer.MAX_VALUE;
    private @Nullable Lsn toConfirm;
    private @Nullable Reread reread;

    /** A table that was read in a snapshot and whose rows wait until the stream has passed it. */
    private record Reread(TableDefinition table, Lsn point, List<List<ColumnValue>> rows, long request) {}

    SimulatedCapture(World world) {
        this.world = world;
        this.source = world.source();
        this.random = world.random();
        this.topics = world.topics();
        this.envelopes = new Envelopes(topics);
        this.clients = new SimulatedClients(world.log(), world.faults(), random, topics);
        this.history = source.history();
    }

    /** Opens the log and begins as the rules say; true where it streams now, false where a snapshot is done. */
    boolean start() {
        Publisher opened = Publisher.open(clients, topics, source.identity());
        publisher = opened;
        unpublished.removeAll(opened.knownDefinitions());
        opened.ensureTopics(
                SourceTables.ALL.stream().map(table -> topics.of(table.table())).toList());
        StartOnSimulatedSource start =
                StartOnSimulatedSource.decide(opened.lastCut(), source.identity(), source.confirmed(), source.walEnd());
        epoch = start.epoch();
        if (start.snapshots()) {
            snapshot(opened, start);
            return false;
        }
        Lsn confirmed = source.confirmed().orElseThrow();
        stream = new StreamPublisher(
                new StreamStart(
                        epoch, start.from(), opened.lastCut().orElseThrow().commitTime(), confirmed),
                new TransactionAssembler(IN_MEMORY),
                opened,
                this::takeUnpublished);
        rewind(confirmed);
        return true;
    }

    /** True where another capture has taken over the log since. */
    boolean isFenced() {
        return clients.isFenced();
    }

    private List<TableDefinition> takeUnpublished() {
        List<TableDefinition> taken = List.copyOf(unpublished);
        unpublished.clear();
        return taken;
    }

    private void snapshot(Publisher log, StartOnSimulatedSource start) {
        log.publishSnapshotStarted(epoch);
        if (start.dropsSlot()) {
            source.dropSlot();
        }
        Lsn point = source.createSlot(random);
        world.began(epoch, history);
        List<Cut.TableState> read = new ArrayList<>();
        for (TableDefinition table : SourceTables.ALL) {
            List<List<ColumnValue>> rows = source.history().asOf(point).rows(table);
            log.publish(rows(Cut.Kind.SNAPSHOT, table, point, rows, List.of()));
            read.add(new Cut.TableState(table.table(), table.number(), rows.size(), point));
        }
        log.publish(rows(Cut.Kind.SNAPSHOT_COMPLETED, SourceTables.NOTES, point, List.of(), read));
    }

    private LogBatch rows(
            Cut.Kind kind,
            TableDefinition table,
            Lsn point,
            List<List<ColumnValue>> rows,
            List<Cut.TableState> complete) {
        return new LogBatch(
                kind,
                epoch,
                point,
                null,
                0,
                takeUnpublished(),
                consumer -> {
                    long number = 0;
                    for (List<ColumnValue> row : rows) {
                        number++;
                        EncodedChange change = envelopes.snapshotRow(table, row, point);
                        consumer.accept(change, point, table.hasKey() ? 0 : number);
                    }
                },
                complete);
    }

    /** The engine is set back to a position, without telling. */
    void rewind(Lsn confirmed) {
        transaction = 0;
        item = 0;
        while (transaction < history.wal().size()
                && history.wal().get(transaction).end().compareTo(confirmed) <= 0) {
            transaction++;
        }
    }

    void rewindToConfirmed() {
        source.confirmed().ifPresent(this::rewind);
    }

    /** From here on it gets no more of the WAL than was written until now. */
    void loseSource() {
        seen = history.wal().size();
    }

    boolean hasMore() {
        return transaction < Math.min(seen, history.wal().size());
    }

    /** A batch of the engine: so many records, wherever that ends. */
    void deliver(int records, boolean idleDue) {
        StreamPublisher to = Objects.requireNonNull(stream);
        Lsn confirmable = null;
        for (int i = 0; i < records && hasMore(); i++) {
            Lsn position = deliverOne(to, history.wal().get(transaction));
            confirmable = position == null ? confirmable : position;
        }
        if (to.hasComplete() || idleDue && !to.isAllPublished()) {
            to.publish();
        }
        if (confirmable != null && to.isAllPublished()) {
            toConfirm = confirmable;
        }
        publishReread();
        if (random.nextInt(4) == 0) {
            readAgain();
        }
    }

    /** What an earlier capture was asked to read anew and did not finish. */
    @SuppressWarnings("ReferenceEquality") // as below
    private void readAgain() {
        if (reread == null && history == source.history()) {
            Map<TableId, Long> open = Objects.requireNonNull(publisher).openRereads();
            SourceTables.ALL.stream()
                    .filter(table -> open.containsKey(table.table()))
                    .findFirst()
                    .ifPresent(table -> read(table, Objects.requireNonNull(open.get(table.table()))));
        }
    }

    /** One record; where it is a position that can be confirmed, that position. */
    private @Nullable Lsn deliverOne(StreamPublisher to, SourceTransaction next) {
        if (next.isMessage()) {
            transaction++;
            to.moveTo(next.end());
            return next.end();
        }
        item++;
        if (item == 1) {
            to.begin();
            return null;
        }
        if (item - 1 <= next.changes().size()) {
            to.add(envelopes.change(next.changes().get(item - 2), next.end(), item - 1L));
            return null;
        }
        item = 0;
        transaction++;
        to.end(next.end(), Instant.ofEpochSecond(next.end().value() & 0xFFFF));
        return next.end();
    }

    /** What the engine tells the slot, some time later. */
    @SuppressWarnings("ReferenceEquality") // two histories may look alike, and only one is the source's
    void confirm() {
        Lsn lsn = toConfirm;
        if (lsn != null && history == source.history()) {
            world.requireDurable(epoch, lsn);
            source.confirm(lsn);
        }
    }

    /** Reads a table anew at a new consistent point. */
    @SuppressWarnings("ReferenceEquality") // as above
    void beginReread(TableDefinition table) {
        Publisher log = publisher;
        if (log == null || stream == null || reread != null || history != source.history()) {
            return;
        }
        log.requestReread(table.table(), "asked by a test");
        read(table, Objects.requireNonNull(log.openRereads().get(table.table())));
    }

    private void read(TableDefinition table, long request) {
        Lsn point = source.consistentPoint(random);
        Reread begun = new Reread(table, point, source.history().asOf(point).rows(table), request);
        if (table.hasKey()) {
            reread = begun;
            source.heartbeat(random);
        } else {
            publish(begun);
        }
    }

    private void publishReread() {
        Reread begun = reread;
        Publisher log = Objects.requireNonNull(publisher);
        boolean passed =
                begun != null && log.lastCut().orElseThrow().commitLsn().compareTo(begun.point()) >= 0;
        if (begun != null && passed && random.nextInt(3) == 0) {
            reread = null;
            publish(begun);
        }
    }

    private void publish(Reread begun) {
        TableId table = begun.table().table();
        Publisher log = Objects.requireNonNull(publisher);
        int half = random.nextInt(begun.rows().size() + 1);
        if (half > 0 && begun.table().hasKey()) {
            log.publishAside(
                    rows(
                            Cut.Kind.STREAM,
                            begun.table(),
                            begun.point(),
                            begun.rows().subList(0, half),
                            List.of()),
                    Map.of());
        }
        log.publishAside(
                rows(
                        Cut.Kind.STREAM,
                        begun.table(),
                        begun.point(),
                        begun.rows(),
                        List.of(new Cut.TableState(
                                table, begun.table().number(), begun.rows().size(), begun.point()))),
                Map.of(table, begun.request()));
    }
}
