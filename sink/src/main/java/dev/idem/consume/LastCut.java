package dev.idem.consume;

import dev.idem.change.Cut;
import dev.idem.change.Topics;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Looks where the log ends, for those who watch.
 *
 * <p><i>Threads:</i> one thread.
 *
 * <p><i>Fails:</i> with a {@link dev.idem.error.PipelineException} of the log's kinds.
 */
public final class LastCut implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final ConsumerFactory consumers;
    private final Topics topics;
    private final String clientId;
    private @Nullable CutIndex opened;

    /** A look at the log of that pipeline; nothing is reached before {@link #find}. */
    public LastCut(ConsumerFactory consumers, Topics topics, String clientId) {
        this.consumers = consumers;
        this.topics = topics;
        this.clientId = clientId;
    }

    /** The youngest cut that is committed; empty where there is none. */
    public Optional<Cut> find() {
        CutIndex index = index();
        return index.exists() ? index.youngest(1).stream().findFirst().map(PositionedCut::cut) : Optional.empty();
    }

    private CutIndex index() {
        CutIndex index = opened;
        if (index == null) {
            index = ConsumerProperties.call(
                    "looking where the log ends", () -> new CutIndex(consumers, topics, clientId, PATIENCE));
            opened = index;
        }
        return index;
    }

    @Override
    public void close() {
        if (opened != null) {
            opened.close();
        }
    }
}
