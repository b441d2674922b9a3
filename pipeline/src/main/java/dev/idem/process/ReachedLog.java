package dev.idem.process;

import dev.idem.change.Topics;
import dev.idem.config.Settings;
import dev.idem.embedded.EmbeddedKafka;
import dev.idem.embedded.KafkaBrokerConfig;
import dev.idem.embedded.RunningKafka;
import dev.idem.replay.LogView;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The log for a command that reads it while a pipeline may be running: at the user's brokers, at the embedded one of
 * the running process, or at an embedded one started for as long as the command takes.
 *
 * <p><i>Threads:</i> one thread.
 */
public final class ReachedLog implements AutoCloseable {

    private final LogView view;
    private final @Nullable EmbeddedKafka started;

    private ReachedLog(LogView view, @Nullable EmbeddedKafka started) {
        this.view = view;
        this.started = started;
    }

    /** Reaches the log of these settings. */
    public static ReachedLog of(Settings settings) {
        Optional<String> running = running(settings);
        if (running.isPresent()) {
            return new ReachedLog(view(settings, running.get()), null);
        }
        EmbeddedKafka broker = EmbeddedKafka.start(embedded(settings));
        return new ReachedLog(view(settings, broker.bootstrapServers()), broker);
    }

    /** The brokers, where they run: the user's, or the embedded one of another process. */
    public static Optional<String> running(Settings settings) {
        return settings.kafka().bootstrapServers().or(() -> RunningKafka.on(embedded(settings)));
    }

    /** The embedded broker of these settings. */
    static KafkaBrokerConfig embedded(Settings settings) {
        return KafkaBrokerConfig.in(settings.dataDirectory().resolve("kafka"))
                .onPort(settings.kafka().embeddedPort());
    }

    private static LogView view(Settings settings, String bootstrap) {
        return new LogView(Pipeline.consumers(settings, bootstrap), new Topics(settings.name()));
    }

    /** The log. */
    public LogView view() {
        return view;
    }

    /** Stops what was started here. */
    @Override
    public void close() {
        if (started != null) {
            started.close();
        }
    }
}
