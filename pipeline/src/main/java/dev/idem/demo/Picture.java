package dev.idem.demo;

import dev.idem.apply.TableCount;
import dev.idem.change.Lsn;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Everything that is shown at one moment.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param act which act is played
 * @param elapsed since the program began
 * @param story what has happened, in whole sentences, the oldest first
 */
record Picture(
        Act act,
        Duration elapsed,
        Positions positions,
        Rates rates,
        List<TableLine> tables,
        Optional<Money> money,
        List<Scene> story) {

    Picture {
        tables = List.copyOf(tables);
        story = List.copyOf(story);
    }

    /**
     * From the source's WAL to the warehouse; empty what is not known yet.
     *
     * @param head where the source writes
     * @param captured sent to the capture by the source
     * @param logged durable in Kafka, in whole transactions
     * @param applied committed in the warehouse, with the data
     * @param delay from the commit in the source to the commit in the warehouse
     */
    record Positions(
            Optional<Lsn> head,
            Optional<Lsn> captured,
            Optional<Lsn> logged,
            Optional<Lsn> applied,
            Optional<Duration> delay) {

        static final Positions UNKNOWN =
                new Positions(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** How much happens in a second, over the last few of them. */
    record Rates(long transactions, long events) {}

    /**
     * One table.
     *
     * @param sourceRows how many rows the source had when the shop opened
     * @param snapshotRows how many the snapshot has read
     * @param snapshotDone whether the snapshot is complete
     * @param applied events that the sink read, and rows of the warehouse that they changed
     */
    record TableLine(String name, long sourceRows, long snapshotRows, boolean snapshotDone, TableCount applied) {}

    /**
     * The sum of all balances in the warehouse.
     *
     * @param looks how often it was looked at
     * @param wrong how often it was not what it must be
     */
    record Money(BigDecimal sum, long looks, long wrong) {}

    /** Something that happened. */
    record Scene(Duration at, String text) {}

    /** All tables together. */
    TableCount total() {
        return tables.stream().map(TableLine::applied).reduce(TableCount.NONE, TableCount::plus);
    }
}
