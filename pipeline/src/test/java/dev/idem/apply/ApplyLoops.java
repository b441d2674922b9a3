package dev.idem.apply;

import dev.idem.change.Topics;
import dev.idem.consume.ConsumerFactory;
import dev.idem.consume.CutFollower;
import dev.idem.consume.CutReader;
import dev.idem.consume.EventFinder;

/** Opens the sink's duty cycle on any consumers, as {@link Sink} does on Kafka's. */
public final class ApplyLoops {

    private static final SinkListener NOBODY = (cut, cuts, counts) -> {};

    private ApplyLoops() {}

    /** A loop that has taken over as the writer. */
    public static ApplyLoop open(
            Warehouse warehouse, ConsumerFactory consumers, Topics topics, ApplySettings settings, WriterClaim claim) {
        WarehouseWriter writer = WarehouseWriter.takeOver(warehouse, topics.pipeline(), settings, claim);
        return new ApplyLoop(
                writer,
                new CutFollower(consumers, topics, "cuts"),
                new CutReader(consumers, topics, "events"),
                topics,
                settings,
                NOBODY,
                new Resumption(writer, consumers, topics, "parked", settings),
                new DeadLetterRetry(writer, new EventFinder(consumers, topics, "retries")));
    }
}
