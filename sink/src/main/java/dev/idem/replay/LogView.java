package dev.idem.replay;

import dev.idem.change.Topics;
import dev.idem.consume.ConsumerProperties;
import dev.idem.consume.CutFollower;
import dev.idem.consume.CutIndex;
import dev.idem.consume.CutReader;
import dev.idem.consume.HeldOffsets;
import java.util.Collection;

/**
 * The log of a pipeline, as a second reader reaches it.
 *
 * <p><i>Threads:</i> immutable; what it opens belongs to one thread.
 *
 * @param consumers how consumers are made
 * @param topics the pipeline's topics
 */
public record LogView(ConsumerProperties consumers, Topics topics) {

    /** What is read again is there: no fetch must wait for what is still to come. */
    public LogView {
        consumers = consumers.forLooks();
    }

    /** Finds cuts. */
    public CutIndex index() {
        return new CutIndex(consumers, topics, clientId("index"));
    }

    /** Follows cuts. */
    public CutFollower cuts() {
        return new CutFollower(consumers, topics, clientId("cuts"));
    }

    /** Reads the events of cuts. */
    public CutReader events() {
        return new CutReader(consumers, topics, clientId("events"));
    }

    /** What the log holds of some topics. */
    public HeldOffsets held(Collection<String> names) {
        return HeldOffsets.of(consumers, names, clientId("offsets"));
    }

    private String clientId(String what) {
        return "idem-" + topics.pipeline() + "-replay-" + what;
    }
}
