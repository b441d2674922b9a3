package dev.idem.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** Asks the HTTP interface of a pipeline on this machine. */
public record ApiClient(int port, HttpClient client) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Without a token. */
    public ApiClient(int port) {
        this(port, HttpClient.newHttpClient());
    }

    public HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
    }

    /** An answer that does not end. */
    HttpResponse<InputStream> stream(String path) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofInputStream());
    }

    public HttpResponse<String> post(String path, String key, String body) throws IOException, InterruptedException {
        return postAs(path, '"' + key + '"', body);
    }

    /** With this header as it is; without one where it is empty. */
    HttpResponse<String> postAs(String path, String key, String body) throws IOException, InterruptedException {
        return client.send(action(path, key, body), BodyHandlers.ofString());
    }

    /** The same, without waiting for the answer. */
    CompletableFuture<HttpResponse<String>> send(String path, String key, String body) {
        return client.sendAsync(action(path, key, body), BodyHandlers.ofString());
    }

    private HttpRequest action(String path, String key, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
        return key.isEmpty()
                ? request.build()
                : request.header("Idempotency-Key", key).build();
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    /** The text of a request of these lines without a body. */
    static String request(String... lines) {
        return String.join("\r\n", lines) + "\r\n\r\n";
    }

    /** What the server answers to these bytes, where it answers before it has all. */
    String raw(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            OutputStream out = socket.getOutputStream();
            out.write(request.getBytes(StandardCharsets.US_ASCII));
            out.flush();
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine();
        }
    }

    public static void assertProblem(HttpResponse<String> answer, int status, String detail) throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("content-type")).contains("application/problem+json");
        assertThat(json(answer).path("detail").asText()).contains(detail);
    }

    public static JsonNode json(HttpResponse<String> answer) throws IOException {
        return JSON.readTree(answer.body());
    }
}
