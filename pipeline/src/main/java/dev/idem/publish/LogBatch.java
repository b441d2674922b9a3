package dev.idem.publish;

import dev.idem.assemble.EncodedChange;
import dev.idem.change.Cut;
import dev.idem.change.Lsn;
import dev.idem.change.TableDefinition;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one Kafka transaction is to contain.
 *
 * @param kind of its cut
 * @param epoch the WAL history
 * @param commitLsn up to where the log is complete once this is published
 * @param commitTime of that commit; null where there is none
 * @param transactions how many source transactions it holds
 * @param definitions those that its events are the first to use
 * @param events hands over the events in order
 * @param tables what its cut tells of tables besides their changes
 */
public record LogBatch(
        Cut.Kind kind,
        int epoch,
        Lsn commitLsn,
        @Nullable Instant commitTime,
        long transactions,
        List<TableDefinition> definitions,
        Events events,
        List<Cut.TableState> tables) {

    /** Events in the order of the log. */
    @FunctionalInterface
    public interface Events {
        /** Hands each of them over. */
        void forEach(EventConsumer consumer);
    }

    /** Takes one event with the parts of its version that the batch does not hold. */
    @FunctionalInterface
    public interface EventConsumer {
        /** Takes it. */
        void accept(EncodedChange change, Lsn lsn, long ordinal);
    }

    /** The same at the position of another cut. */
    LogBatch at(Lsn lsn, @Nullable Instant time) {
        return new LogBatch(kind, epoch, lsn, time, transactions, definitions, events, tables);
    }

    /** A batch without events. */
    public static LogBatch empty(Cut.Kind kind, int epoch, Lsn commitLsn, @Nullable Instant commitTime) {
        return new LogBatch(kind, epoch, commitLsn, commitTime, 0, List.of(), consumer -> {}, List.of());
    }
}
