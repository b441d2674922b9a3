package dev.idem.process;

import dev.idem.status.PipelineStatus;
import dev.idem.status.PipelineStatus.Level;
import dev.idem.status.PipelineStatus.Warning;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the log what a person should look at: at once when it begins or grows worse, then every ten minutes while it
 * lasts. What the parts say themselves is not said twice.
 *
 * <p><i>Threads:</i> one thread.
 */
final class WarningLog {

    private static final Logger LOG = LoggerFactory.getLogger(WarningLog.class);
    private static final Duration AGAIN = Duration.ofMinutes(10);
    private static final Set<String> TOLD_BY_THE_PARTS = Set.of("capture", "sink", "tables", "dead-letters");

    private final Map<String, Told> told = new HashMap<>();

    private record Told(Level level, Instant at) {}

    void tell(PipelineStatus status) {
        told.keySet()
                .removeIf(subject -> status.warnings().stream()
                        .noneMatch(one -> one.subject().equals(subject)));
        status.warnings().stream()
                .filter(warning -> !TOLD_BY_THE_PARTS.contains(warning.subject()))
                .filter(warning -> isDue(warning, status.at()))
                .forEach(warning -> {
                    told.put(warning.subject(), new Told(warning.level(), status.at()));
                    LOG.warn(
                            "{} level={} text=\"{}\" remedy=\"{}\"",
                            warning.subject(),
                            warning.level(),
                            warning.text(),
                            warning.remedy());
                });
    }

    private boolean isDue(Warning warning, Instant now) {
        Told before = told.get(warning.subject());
        return before == null
                || warning.level().compareTo(before.level()) > 0
                || Duration.between(before.at(), now).compareTo(AGAIN) > 0;
    }
}
