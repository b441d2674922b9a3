package dev.idem.publish;

import dev.idem.assemble.EncodedChange;
import dev.idem.change.Cut;
import dev.idem.change.CutCodec;
import dev.idem.change.Lsn;
import dev.idem.change.PartitionList;
import dev.idem.change.RecordHeaders;
import dev.idem.change.RereadRequest;
import dev.idem.change.RowKeys;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableDefinitionCodec;
import dev.idem.change.TableId;
import dev.idem.change.Topics;
import dev.idem.error.PipelineException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The capture's one writer to Kafka.
 *
 * <p>Each {@link #publish} is one Kafka transaction: the events, the definitions that they are the first to use, and
 * one cut. So the saved offset and the events are committed together or not at all, and the cut's ranges, taken from
 * the acknowledgements of this same transaction, hold exactly its events.
 *
 * <p>Opening takes over the transactional id {@code idem-<name>-capture}: an older capture that still lives can commit
 * nothing any more.
 *
 * <p><i>Threads:</i> thread-safe. What must stand together, such as taking definitions and publishing them, is done
 * holding this object's monitor.
 *
 * <p><i>Fails:</i> with {@link PipelineException}; the Kafka transaction is then aborted or will be by the next writer,
 * the publisher is of no more use and must be closed. Nothing of the batch is visible to {@code read_committed}
 * readers. After a failed commit it may be visible all the same: the next writer finds out by reading the last cut.
 */
public final class Publisher implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

    private final Topics topics;
    private final LogClients clients;
    private final Producer<byte[], byte[]> producer;
    private final List<TableDefinition> knownDefinitions;
    private final OpenRereads rereads;
    private final PartitionLists partitions;
    private final long schemaEnd;
    private final CutCodec cutCodec = new CutCodec();
    private final TableDefinitionCodec definitionCodec = new TableDefinitionCodec();
    private final Map<Integer, Header> definitionHeaders = new HashMap<>();
    private final Cut.SourceIdentity source;
    private @Nullable Cut lastCut;

    private Publisher(
            Topics topics,
            LogClients clients,
            Producer<byte[], byte[]> producer,
            Cut.SourceIdentity source,
            LogReader reader) {
        this.topics = topics;
        this.clients = clients;
        this.producer = producer;
        this.source = source;
        this.lastCut = reader.lastCut().orElse(null);
        LogReader.SchemaLog schema = reader.schemaLog();
        this.knownDefinitions = schema.definitions();
        this.rereads = new OpenRereads(schema.rereads().values());
        this.partitions = new PartitionLists(schema.partitions());
        this.schemaEnd = schema.end();
    }

    /**
     * Makes the control topics where they are missing, takes over the transactional id and reads what was committed.
     *
     * @param source what the cuts will name as their source
     */
    public static Publisher open(LogSettings settings, Topics topics, Cut.SourceIdentity source) {
        return open(new KafkaLogClients(settings, topics), topics, source);
    }

    /** The same by these clients, which are closed with the publisher. */
    public static Publisher open(LogClients clients, Topics topics, Cut.SourceIdentity source) {
        Producer<byte[], byte[]> producer = null;
        try (LogReader reader = new LogReader(clients, topics)) {
            clients.ensureControlTopics();
            producer = clients.producer();
            producer.initTransactions();
            return new Publisher(topics, clients, producer, source, reader);
        } catch (KafkaException e) {
            if (producer != null) {
                producer.close(Duration.ZERO);
            }
            clients.close();
            throw KafkaFault.of("opening the log at " + clients.address(), e);
        } catch (PipelineException e) {
            clients.close();
            throw e;
        }
    }

    /** The youngest committed cut. */
    public synchronized Optional<Cut> lastCut() {
        return Optional.ofNullable(lastCut);
    }

    /** The definitions that earlier runs have published, the older ones first. */
    public List<TableDefinition> knownDefinitions() {
        return List.copyOf(knownDefinitions);
    }

    /** Makes the topics of these tables where they are missing. */
    public synchronized void ensureTopics(List<String> tableTopics) {
        clients.ensureTableTopics(tableTopics);
    }

    /** Asks for a table to be read anew; durable with the next batch. */
    public void requestReread(TableId table, String reason) {
        requestReread(new RereadRequest(table, reason));
    }

    /** Asks for a table or rows of it to be read anew; durable with the next batch. */
    public void requestReread(RereadRequest request) {
        rereads.request(request);
    }

    /** The requests that are open, each table with the number of its youngest request. */
    public Map<TableId, Long> openRereads() {
        return rereads.all();
    }

    /** Why a table is to be read anew, for people. */
    public String rereadReason(TableId table) {
        return rereads.reason(table);
    }

    /** Which rows of a table are to be read anew; empty for the whole table. */
    public Optional<RowKeys> rereadRows(TableId table) {
        return rereads.rows(table);
    }

    /** The partitions that the log holds, those of each partitioned table that it was told of. */
    public List<PartitionList> knownPartitions() {
        return partitions.held();
    }

    /** Tells of the partitions that tables have now; durable with the next batch. */
    public void tellPartitions(Collection<PartitionList> lists) {
        partitions.tell(lists);
    }

    /** Where the topic of the definitions ended when this was opened. */
    public long schemaEnd() {
        return schemaEnd;
    }

    /** Publishes in one Kafka transaction; when this returns the cut is durable. */
    public synchronized Cut publish(LogBatch batch) {
        return publish(batch, Map.of());
    }

    /**
     * Says that a snapshot begins, before its slot exists, so that after a crash the slot may be dropped.
     *
     * <p>The cut keeps the position of an earlier attempt in the same epoch: rows at that position are in the log, and
     * the next start has to notice a source that went back behind them.
     */
    public synchronized Cut publishSnapshotStarted(int epoch) {
        Lsn reached = lastCut()
                .filter(cut -> cut.epoch() == epoch)
                .map(Cut::commitLsn)
                .orElse(Lsn.ZERO);
        return publish(LogBatch.empty(Cut.Kind.SNAPSHOT_STARTED, epoch, reached, null));
    }

    /**
     * Publishes what is no part of the stream, at the stream's position, which does not move.
     *
     * @param read the tables that were read anew with this, with the number of the request that the reading answers
     */
    public synchronized Cut publishAside(LogBatch batch, Map<TableId, Long> read) {
        Cut last = Objects.requireNonNull(lastCut, "a cut of the stream");
        return publish(batch.at(last.commitLsn(), last.commitTime()), read);
    }

    /** Publishes the requests to read tables anew that are not in the log yet. */
    public synchronized Cut publishRequests() {
        return publishDefinitions(List.of(), List.of());
    }

    /**
     * Publishes definitions that hold from here on, though no change names them yet.
     *
     * @param unpublished those that the log does not hold
     * @param holding those that hold
     */
    public synchronized Cut publishDefinitions(List<TableDefinition> unpublished, List<TableDefinition> holding) {
        List<Cut.TableState> states = holding.stream()
                .map(definition -> new Cut.TableState(definition.table(), definition.number(), 0, null))
                .toList();
        int epoch = Objects.requireNonNull(lastCut, "a cut of the stream").epoch();
        return publishAside(
                new LogBatch(Cut.Kind.STREAM, epoch, Lsn.ZERO, null, 0, unpublished, consumer -> {}, states), Map.of());
    }

    private Cut publish(LogBatch batch, Map<TableId, Long> read) {
        List<RereadRequest> requests = rereads.unwritten();
        List<PartitionList> lists = partitions.unwritten();
        Set<TableId> done = new TreeSet<>();
        read.forEach((table, begun) -> {
            if (rereads.isAnsweredBy(table, begun)) {
                done.add(table);
            }
        });
        try {
            producer.beginTransaction();
            Cut cut = send(batch, besideDefinitions(requests, done, lists));
            producer.commitTransaction();
            lastCut = cut;
            rereads.written(requests);
            partitions.written(lists);
            rereads.done(read);
            return cut;
        } catch (KafkaException | ExecutionException e) {
            abort();
            throw KafkaFault.of("publishing up to " + batch.commitLsn(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            abort();
            throw KafkaFault.of("publishing", new org.apache.kafka.common.errors.InterruptException(e));
        } catch (RuntimeException e) {
            abort();
            throw e;
        }
    }

    /**
     * Sends everything and waits until the brokers have it, the cut included. Leaving the cut to
     * {@code commitTransaction}, which says that it flushes, loses it now and then: the producer's thread asks
     * {@code RecordAccumulator.hasIncomplete} and only then waits for the lock under which
     * {@code TransactionManager.nextRequest} takes the commit, so a record that is handed over between the two is
     * committed without being sent, and the commit is acknowledged (Kafka 4.3.1,
     * {@code Sender.maybeSendAndPollTransactionalRequest}).
     */
    private Cut send(LogBatch batch, List<ProducerRecord<byte[], byte[]>> besideDefinitions)
            throws ExecutionException, InterruptedException {
        SentRanges sent = new SentRanges();
        for (TableDefinition definition : batch.definitions()) {
            producer.send(
                    new ProducerRecord<>(
                            topics.schema(), definitionCodec.encodeKey(definition), definitionCodec.encode(definition)),
                    (metadata, error) -> failed(sent, error));
        }
        besideDefinitions.forEach(record -> producer.send(record, (metadata, error) -> failed(sent, error)));
        EventSender events = new EventSender(batch.epoch(), sent);
        batch.events().forEach(events);
        producer.flush();
        Cut cut = new Cut(
                lastCut == null ? 1 : lastCut.number() + 1,
                batch.kind(),
                batch.epoch(),
                batch.commitLsn(),
                batch.commitTime(),
                batch.transactions(),
                events.count,
                written(sent),
                source,
                batch.tables());
        producer.send(
                new ProducerRecord<>(topics.progress(), 0, null, cutCodec.encode(cut)),
                (metadata, error) -> failed(sent, error));
        producer.flush();
        requireWritten(sent);
        return cut;
    }

    private List<ProducerRecord<byte[], byte[]>> besideDefinitions(
            List<RereadRequest> requests, Set<TableId> done, List<PartitionList> lists) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        requests.stream()
                .filter(request -> !done.contains(request.table()))
                .forEach(request ->
                        records.add(besideDefinitions(RereadRequest.encodeKey(request.table()), request.encode())));
        done.forEach(table -> records.add(besideDefinitions(RereadRequest.encodeKey(table), null)));
        lists.forEach(list -> records.add(besideDefinitions(list.encodeKey(), list.encode())));
        return records;
    }

    private ProducerRecord<byte[], byte[]> besideDefinitions(byte[] key, byte @Nullable [] value) {
        return new ProducerRecord<>(topics.schema(), 0, key, value);
    }

    private static void failed(SentRanges sent, @Nullable Exception error) {
        if (error != null) {
            sent.failed(error);
        }
    }

    private static Map<String, Map<Integer, Cut.OffsetRange>> written(SentRanges sent) throws ExecutionException {
        requireWritten(sent);
        return sent.written();
    }

    private static void requireWritten(SentRanges sent) throws ExecutionException {
        Optional<Exception> fault = sent.fault();
        if (fault.isPresent()) {
            throw new ExecutionException(fault.get());
        }
    }

    /**
     * Gives the transaction up, where there is one to give up: none was begun, or its commit was asked for, whose
     * answer did not come in time; the producer says so by an IllegalStateException. What became of it is read at the
     * next start.
     */
    private void abort() {
        try {
            producer.abortTransaction();
        } catch (KafkaException | IllegalStateException e) {
            LOG.debug("the broken transaction is left for the next writer to abort", e);
        }
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
        clients.close();
    }

    /** Sends events and counts them; tombstone records are not events. */
    private final class EventSender implements LogBatch.EventConsumer {

        private final int epoch;
        private final SentRanges sent;
        private long count;
        private Lsn versionLsn = Lsn.ZERO;
        private String versionPrefix = "";

        EventSender(int epoch, SentRanges sent) {
            this.epoch = epoch;
            this.sent = sent;
        }

        @Override
        public void accept(EncodedChange change, Lsn lsn, long ordinal) {
            count++;
            ProducerRecord<byte[], byte[]> event =
                    new ProducerRecord<>(change.topic(), null, change.key(), change.value());
            event.headers().add(RecordHeaders.VERSION, version(lsn, ordinal));
            event.headers().add(definitionHeader(change.definition()));
            byte[] movedFrom = change.movedFrom();
            if (movedFrom != null) {
                event.headers().add(RecordHeaders.MOVED_FROM, movedFrom);
            }
            if (change.tooLargeBytes() > 0) {
                event.headers()
                        .add(
                                RecordHeaders.TOO_LARGE,
                                Long.toString(change.tooLargeBytes()).getBytes(StandardCharsets.ISO_8859_1));
            }
            producer.send(event, sent::completed);
            byte[] key = change.key();
            if (change.deletes() && key != null) {
                producer.send(new ProducerRecord<>(change.topic(), null, key, null), sent::completed);
            }
        }

        private byte[] version(Lsn lsn, long ordinal) {
            if (!lsn.equals(versionLsn) || versionPrefix.isEmpty()) {
                versionLsn = lsn;
                versionPrefix = epoch + "/" + lsn + '/';
            }
            return (versionPrefix + ordinal).getBytes(StandardCharsets.ISO_8859_1);
        }

        private Header definitionHeader(int number) {
            return definitionHeaders.computeIfAbsent(
                    number,
                    n -> new RecordHeader(
                            RecordHeaders.SCHEMA, Integer.toString(n).getBytes(StandardCharsets.ISO_8859_1)));
        }
    }
}
