package dev.idem.apply;

import dev.idem.change.Topics;
import dev.idem.consume.ConsumerFactory;
import dev.idem.consume.CutFollower;
import dev.idem.warehouse.Warehouse;
import dev.idem.warehouse.WriterClaim;

/** Opens the sink's duty cycle on any consumers, as {@link Sink} does on Kafka's. */
public final class ApplyLoops {

    private static final SinkListener NOBODY = (cut, cuts, counts) -> {};

    private ApplyLoops() {}

    /** A loop that has taken over as the writer. */
    public static ApplyLoop open(
            Warehouse warehouse, ConsumerFactory consumers, Topics topics, ApplySettings settings, WriterClaim claim) {
        WarehouseWriter writer = WarehouseWriter.takeOver(warehouse, topics.pipeline(), settings, claim);
        CutFollower follower = new CutFollower(consumers, topics, "cuts");
        return new ApplyLoop(writer, follower, topics, settings, NOBODY, consumers, "events");
    }
}
