package dev.idem.capture;

import dev.idem.assemble.TransactionAssembler;
import dev.idem.change.Cut;
import dev.idem.change.Lsn;
import dev.idem.change.Topics;
import dev.idem.change.Version;
import dev.idem.engine.Engine;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.publish.Publisher;
import dev.idem.publish.StreamPublisher;
import dev.idem.publish.StreamStart;
import dev.idem.relation.Definitions;
import dev.idem.relation.RelationMessage;
import dev.idem.relation.StreamRelation;
import dev.idem.relation.ToldColumns;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;

/**
 * Makes whole transactions of the stream's records and publishes what is complete at the end of each batch.
 *
 * <p>Latency first: whatever is complete when the engine hands over a batch goes out at once, in one Kafka transaction;
 * what piles up meanwhile makes the next batch larger.
 *
 * <p><i>Threads:</i> one thread, the engine's.
 */
final class StreamHandler implements Engine.Handler, AutoCloseable {

    private final int epoch;
    private final Duration idleInterval;
    private final StreamPublisher stream;
    private final TableReaders readers;
    private final Definitions definitions;
    private final CaptureProgress progress;
    private final String transactionTopic;
    private final String messageTopic;
    private long lastCutNanos = System.nanoTime();
    private long transactionNumber;
    private long recordsInTransaction;

    /** What the handler works with. */
    record Parts(
            TransactionAssembler assembler,
            TableReaders readers,
            Definitions definitions,
            Publisher publisher,
            CaptureProgress progress) {}

    StreamHandler(StreamStart start, Topics topics, Duration idleInterval, Parts parts) {
        this.epoch = start.epoch();
        this.idleInterval = idleInterval;
        this.readers = parts.readers();
        this.definitions = parts.definitions();
        this.stream = new StreamPublisher(start, parts.assembler(), parts.publisher(), definitions::takeUnpublished);
        this.progress = parts.progress();
        this.transactionTopic = topics.pipeline() + ".transaction";
        this.messageTopic = topics.pipeline() + ".message";
    }

    @Override
    public int handle(List<SourceRecord> records) {
        int lastPosition = -1;
        for (int i = 0; i < records.size(); i++) {
            if (take(records.get(i))) {
                lastPosition = i;
            }
        }
        publishWhatIsDue();
        return stream.isAllPublished() ? lastPosition : -1;
    }

    /**
     * Takes one record; true where it is a position that can be confirmed: an END, or a message outside transactions.
     */
    private boolean take(SourceRecord record) {
        if (record.topic().equals(transactionTopic)) {
            Struct value = (Struct) record.value();
            if (value.getString("status").equals("BEGIN")) {
                begin();
                return false;
            }
            end(record, value);
            return true;
        }
        recordsInTransaction++;
        if (record.topic().equals(messageTopic)) {
            return message(record);
        }
        readers.readerOf(record).read(record, transactionNumber, stream.changes() + 1, stream::add);
        return false;
    }

    private void begin() {
        stream.begin();
        transactionNumber++;
        recordsInTransaction = 0;
    }

    private void end(SourceRecord record, Struct value) {
        Lsn commitLsn = commitLsn(record);
        Long expected = value.getInt64("event_count");
        if (expected == null || expected != recordsInTransaction) {
            throw new PipelineException(
                    ErrorKind.INVARIANT,
                    "the transaction that ends at " + commitLsn + " brought " + recordsInTransaction
                            + " records (expected: " + expected + ", as its END says)");
        }
        progress.droppedAsPublished(stream.end(commitLsn, Instant.ofEpochMilli(value.getInt64("ts_ms"))));
    }

    private boolean message(SourceRecord record) {
        if (stream.isInTransaction()) {
            messageOfTransaction(record);
            return false;
        }
        stream.moveTo(commitLsn(record));
        return true;
    }

    private void messageOfTransaction(SourceRecord record) {
        Struct message = ((Struct) record.value()).getStruct("message");
        String prefix = message.getString("prefix");
        byte[] content = message.getBytes("content");
        if (prefix.equals(ToldColumns.PREFIX)) {
            ToldColumns.read(content).ifPresent(definitions::told);
        } else if (prefix.equals(RelationMessage.PREFIX)) {
            relation(RelationMessage.read(ByteBuffer.wrap(content)));
        }
    }

    private void relation(RelationMessage relation) {
        readers.describe(new StreamRelation(
                relation,
                new Version(epoch, relation.commitStart(), 0),
                relation.commitStart().compareTo(stream.position()) < 0));
    }

    private static Lsn commitLsn(SourceRecord record) {
        Object lsn = record.sourceOffset().get("lsn_commit");
        if (!(lsn instanceof Long value)) {
            throw new PipelineException(
                    ErrorKind.INVARIANT, "a position without lsn_commit in " + record.topic() + " (expected: one)");
        }
        return new Lsn(value);
    }

    private void publishWhatIsDue() {
        boolean idleDue = System.nanoTime() - lastCutNanos >= idleInterval.toNanos();
        if (!stream.hasComplete() && (stream.isAllPublished() || !idleDue)) {
            return;
        }
        Cut cut = stream.publish();
        lastCutNanos = System.nanoTime();
        progress.published(cut);
    }

    /** Throws away what was not published. */
    @Override
    public void close() {
        stream.close();
    }
}
