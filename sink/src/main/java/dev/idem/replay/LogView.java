package dev.idem.replay;

import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.change.Topics;
import dev.idem.consume.CompactedTopics;
import dev.idem.consume.ConsumerProperties;
import dev.idem.consume.CutFollower;
import dev.idem.consume.CutIndex;
import dev.idem.consume.CutReader;
import dev.idem.consume.HeldOffsets;
import dev.idem.consume.LogRetention;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * The log of a pipeline, as a second reader reaches it.
 *
 * <p><i>Threads:</i> immutable; what it opens belongs to one thread.
 *
 * @param consumers how consumers are made
 * @param topics the pipeline's topics
 */
public record LogView(ConsumerProperties consumers, Topics topics) {

    private static final int MOST_ATTEMPTS = 10;

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

    /**
     * Under which names changes of the table may stand in the log.
     *
     * @throws PipelineException {@link ErrorKind#LOG_UNREACHABLE} where the definitions cannot be read
     */
    public Set<TableId> names(TableDefinition table) {
        try (LogRetention retention = new LogRetention(consumers, topics, clientId("names"))) {
            for (int attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
                if (retention.begin(List.of(table))) {
                    return retention.names(table);
                }
            }
        }
        throw new PipelineException(
                ErrorKind.LOG_UNREACHABLE,
                "topic " + topics.schema() + ": cannot be read to its end (expected: no transaction that stays open)");
    }

    /** Those of the topics that Kafka compacts. */
    public Set<String> compacted(Collection<String> names) {
        return CompactedTopics.of(consumers, names, clientId("topics"));
    }

    private String clientId(String what) {
        return "idem-" + topics.pipeline() + "-replay-" + what;
    }
}
