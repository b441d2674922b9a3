package dev.idem.process;

import dev.idem.change.RereadRequest;
import dev.idem.change.RowKeys;
import dev.idem.change.TableId;
import dev.idem.change.Topics;
import dev.idem.publish.LogSettings;
import dev.idem.publish.RereadTail;
import dev.idem.verify.Repairer;
import java.util.List;
import java.util.Optional;

/**
 * Has rows made right that differ, by the capture: it reads them anew at the source and publishes them at the position
 * at which it read them, so that the sink applies them by its guard as it applies everything (ADR 0025).
 *
 * <p><i>Threads:</i> thread-safe.
 */
public final class RereadRepair implements Repairer {

    private final LogSettings log;
    private final Topics topics;

    /** Asks the capture of this pipeline, by way of this log. */
    public RereadRepair(LogSettings log, Topics topics) {
        this.log = log;
        this.topics = topics;
    }

    @Override
    public void repair(TableId table, Optional<RowKeys> rows) {
        RereadTail.ask(log, topics, List.of(new RereadRequest(table, "verification found that it differs", rows)));
    }
}
