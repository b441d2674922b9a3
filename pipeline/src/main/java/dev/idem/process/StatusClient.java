package dev.idem.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.idem.change.Topics;
import dev.idem.config.Settings;
import dev.idem.consume.LastCut;
import dev.idem.control.WarehouseView;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.source.SourceView;
import dev.idem.status.StatusJson;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the pipeline stands, for a command: the running process is asked where the settings say how, else the servers.
 *
 * <p><i>Threads:</i> one thread.
 */
public final class StatusClient implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final Settings settings;
    private final ReachedDatabases databases;
    private @Nullable HttpClient http;
    private @Nullable StatusSampler servers;

    /** A client that has asked nobody yet. */
    public StatusClient(Settings settings) {
        this.settings = settings;
        this.databases = new ReachedDatabases(settings);
    }

    /**
     * The status as docs/openapi.yaml describes it.
     *
     * @throws PipelineException where the process refuses to answer, and where settings are missing
     */
    public JsonNode status() {
        if (servers == null) {
            Optional<JsonNode> told =
                    settings.http().port().filter(port -> port > 0).flatMap(this::askProcess);
            if (told.isPresent()) {
                return told.get();
            }
        }
        return StatusJson.of(sampler().sample());
    }

    private Optional<JsonNode> askProcess(int port) {
        HttpClient client = http;
        if (client == null) {
            client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
            http = client;
        }
        String host = settings.http().host();
        String authority = (host.contains(":") ? '[' + host + ']' : host) + ':' + port;
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://" + authority + "/api/v1/status"))
                .timeout(TIMEOUT);
        String token = settings.http().token().reveal();
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        try {
            HttpResponse<String> response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new PipelineException(
                        ErrorKind.SETTINGS,
                        "the process at " + authority + " answers with HTTP " + response.statusCode()
                                + " (expected: 200, from a process with the same http.token)");
            }
            return Optional.of(JSON.readTree(response.body()));
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
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
