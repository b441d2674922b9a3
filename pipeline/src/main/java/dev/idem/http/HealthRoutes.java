package dev.idem.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.idem.status.PipelineStatus;
import dev.idem.status.PipelineStatus.Level;
import dev.idem.status.PipelineStatus.Part;
import io.undertow.server.HttpServerExchange;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Whether the process lives (no part has failed) and is ready (it can ask source, Kafka and warehouse). Lag is no
 * matter of health.
 *
 * <p><i>Source:</i> MicroProfile Health, "Protocol and Wireformat".
 */
final class HealthRoutes {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration STALE = Duration.ofSeconds(60);
    private static final List<String> SERVERS = List.of("source", "Kafka", "warehouse");

    private final Supplier<Optional<PipelineStatus>> latest;

    HealthRoutes(Supplier<Optional<PipelineStatus>> latest) {
        this.latest = latest;
    }

    void live(HttpServerExchange exchange) {
        send(exchange, live());
    }

    void ready(HttpServerExchange exchange) {
        send(exchange, ready());
    }

    void both(HttpServerExchange exchange) {
        Map<String, Boolean> all = new LinkedHashMap<>(live());
        all.putAll(ready());
        latest.get().ifPresent(status -> all.put("slot", isSafe(status)));
        send(exchange, all);
    }

    /** A slot in danger is no reason to send nobody here, so only the whole of the health tells of it. */
    private static boolean isSafe(PipelineStatus status) {
        return status.warnings().stream()
                .noneMatch(warning -> warning.subject().equals("slot") && warning.level() == Level.CRITICAL);
    }

    private Map<String, Boolean> live() {
        Map<String, Boolean> checks = new LinkedHashMap<>();
        latest.get().ifPresent(status -> {
            status.capture().ifPresent(part -> checks.put("capture", isAlive(part)));
            status.sink().ifPresent(part -> checks.put("sink", isAlive(part)));
        });
        return checks;
    }

    private static boolean isAlive(Part part) {
        return !part.state().equals("FAILED");
    }

    private Map<String, Boolean> ready() {
        Map<String, Boolean> checks = new LinkedHashMap<>();
        Optional<PipelineStatus> status = latest.get();
        checks.put(
                "status",
                status.filter(it -> Duration.between(it.at(), Instant.now()).compareTo(STALE) < 0)
                        .isPresent());
        for (String server : SERVERS) {
            status.ifPresent(it -> checks.put(
                    server,
                    it.warnings().stream()
                            .noneMatch(warning -> warning.subject().equals(server))));
        }
        return checks;
    }

    private static void send(HttpServerExchange exchange, Map<String, Boolean> checks) {
        boolean isUp = checks.values().stream().allMatch(up -> up);
        ObjectNode body = JSON.createObjectNode().put("status", word(isUp));
        ArrayNode array = body.putArray("checks");
        checks.forEach((name, up) -> array.addObject().put("name", name).put("status", word(up)));
        exchange.setStatusCode(isUp ? 200 : 503);
        Answers.json(exchange, body);
    }

    private static String word(boolean isUp) {
        return isUp ? "UP" : "DOWN";
    }
}
