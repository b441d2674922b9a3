package dev.idem.process;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.idem.config.Settings;
import dev.idem.config.TlsFiles;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.http.PinnedServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * The HTTP interface of the running process, as a command with the same settings reaches it.
 *
 * <p><i>Threads:</i> thread-safe.
 */
public final class ProcessClient {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(30);

    private final String scheme;
    private final String authority;
    private final String token;
    private final HttpClient http;

    private ProcessClient(Settings settings, int port) {
        String host = settings.http().host();
        this.authority = (host.contains(":") ? '[' + host + ']' : host) + ':' + port;
        this.token = settings.http().token().reveal();
        Optional<TlsFiles> tls = settings.http().tls();
        this.scheme = tls.isPresent() ? "https://" : "http://";
        HttpClient.Builder client = HttpClient.newBuilder().connectTimeout(CONNECT);
        tls.ifPresent(files -> client.sslContext(PinnedServer.context(files.certificate())));
        this.http = client.build();
    }

    /**
     * A client that has asked nobody yet; empty where the settings name no port.
     *
     * @throws PipelineException {@link ErrorKind#SETTINGS} where the certificate cannot be used
     */
    public static Optional<ProcessClient> of(Settings settings) {
        return settings.http().port().filter(port -> port > 0).map(port -> new ProcessClient(settings, port));
    }

    /**
     * What the process answers.
     *
     * @param status as HTTP counts
     * @param body missing where it is no JSON
     */
    public record Answer(int status, JsonNode body) {

        /** Why the process refuses, in its own words. */
        public String detail() {
            return body.path("detail").asText("HTTP " + status);
        }
    }

    /** Where it is reached, as messages name it. */
    public String authority() {
        return authority;
    }

    /**
     * Asks; empty where no process answers.
     *
     * @throws PipelineException {@link ErrorKind#SETTINGS} where another certificate is shown
     */
    public Optional<Answer> get(String path) {
        return send(request(path));
    }

    /**
     * Asks for something to be done; empty where no process answers, and then the same may be sent again.
     *
     * @param key the idempotency key
     */
    public Optional<Answer> post(String path, String key, JsonNode body) {
        return send(request(path)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", '"' + key + '"')
                .POST(BodyPublishers.ofString(body.toString())));
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(scheme + authority + path)).timeout(ANSWER);
        return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
    }

    private Optional<Answer> send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
            return Optional.of(new Answer(response.statusCode(), read(response.body())));
        } catch (SSLException e) {
            throw new PipelineException(
                    ErrorKind.SETTINGS,
                    "the process at " + authority
                            + " does not prove that it has the certificate of http.tls.certificate"
                            + " (expected: a process with the same http.tls.certificate and http.tls.key)",
                    e);
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private static JsonNode read(String body) {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }
}
