package dev.idem.process;

import com.fasterxml.jackson.databind.JsonNode;
import dev.idem.change.Topics;
import dev.idem.config.Settings;
import dev.idem.consume.LastCut;
import dev.idem.control.WarehouseView;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.source.SourceView;
import dev.idem.status.StatusJson;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the pipeline stands, for a command: the running process is asked where the settings say how, else the servers.
 *
 * <p><i>Threads:</i> one thread.
 */
public final class StatusClient implements AutoCloseable {

    private final Settings settings;
    private final ReachedDatabases databases;
    private final Optional<ProcessClient> process;
    private @Nullable StatusSampler servers;

    /** A client that has asked nobody yet. */
    public StatusClient(Settings settings) {
        this.settings = settings;
        this.databases = new ReachedDatabases(settings);
        this.process = ProcessClient.of(settings);
    }

    /**
     * The status as docs/openapi.yaml describes it.
     *
     * @throws PipelineException where the process refuses to answer, and where settings are missing
     */
    public JsonNode status() {
        if (servers == null) {
            Optional<JsonNode> told =
                    process.flatMap(client -> client.get("/api/v1/status").map(answer -> told(client, answer)));
            if (told.isPresent()) {
                return told.get();
            }
        }
        return StatusJson.of(sampler().sample());
    }

    private static JsonNode told(ProcessClient client, ProcessClient.Answer answer) {
        if (answer.status() != 200) {
            throw new PipelineException(
                    ErrorKind.SETTINGS,
                    "the process at " + client.authority() + " answers with HTTP " + answer.status()
                            + " (expected: 200, from a process with the same http.token)");
        }
        return answer.body();
    }

    private StatusSampler sampler() {
        StatusSampler made = servers;
        if (made == null) {
            made = new StatusSampler(settings, new StatusSampler.Watched(null, source(), log(), warehouse()));
            servers = made;
        }
        return made;
    }

    private @Nullable SourceView source() {
        return settings.role().captures()
                ? new SourceView(Pipeline.sourceSettings(settings, databases.source()))
                : null;
    }

    private @Nullable WarehouseView warehouse() {
        return settings.role().applies()
                ? new WarehouseView(Pipeline.warehouse(settings, databases.warehouse()), settings.name())
                : null;
    }

    /** An embedded broker that does not run is not started for this. */
    private @Nullable LastCut log() {
        return ReachedLog.running(settings)
                .map(brokers -> new LastCut(
                        Pipeline.consumers(settings, brokers),
                        new Topics(settings.name()),
                        "idem-" + settings.name() + "-status"))
                .orElse(null);
    }

    @Override
    public void close() {
        StatusSampler sampler = servers;
        try (databases;
                sampler) {
            // each is closed, whatever the other does
        }
    }
}
