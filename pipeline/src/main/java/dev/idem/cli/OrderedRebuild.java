package dev.idem.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.idem.change.TableId;
import dev.idem.config.Settings;
import dev.idem.control.RebuildResult;
import dev.idem.control.RebuiltTable;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.process.ProcessClient;
import dev.idem.process.ProcessClient.Answer;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A rebuild that the running process is asked for, and watched until its end. Where the process dies, the next one goes
 * on with it.
 *
 * <p><i>Threads:</i> one thread.
 */
final class OrderedRebuild {

    private static final String REBUILDS = "/api/v1/rebuilds";
    private static final Duration LOOK = Duration.ofMillis(300);
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ProcessClient process;
    private final RebuildReport report;
    private final PrintWriter progress;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private int told;
    private String lastLine = "";

    private OrderedRebuild(ProcessClient process, RebuildReport report, PrintWriter progress) {
        this.process = process;
        this.report = report;
        this.progress = progress;
    }

    /**
     * Where a process answers; else empty.
     *
     * @throws PipelineException {@link ErrorKind#SETTINGS} where it refuses to
     */
    static Optional<OrderedRebuild> of(Settings settings, RebuildReport report, PrintWriter progress) {
        return ProcessClient.of(settings)
                .filter(process -> process.get(REBUILDS + "?limit=1")
                        .map(answer -> accepted(process, answer))
                        .isPresent())
                .map(process -> new OrderedRebuild(process, report, progress));
    }

    private static JsonNode accepted(ProcessClient process, Answer answer) {
        if (answer.status() >= 400) {
            throw new PipelineException(
                    answer.status() == 503 ? ErrorKind.WAREHOUSE_UNREACHABLE : ErrorKind.SETTINGS,
                    "the process at " + process.authority() + " refuses: " + answer.detail());
        }
        return answer.body();
    }

    /** Has it done; true where all tables were rebuilt. */
    boolean run(List<TableId> tables, boolean dryRun) {
        ObjectNode body = JSON.createObjectNode().put("dryRun", dryRun);
        tables.forEach(table -> body.withArray("tables")
                .addObject()
                .put("schema", table.schema())
                .put("table", table.name()));
        String key = UUID.randomUUID().toString();
        JsonNode order = awaitAnswer(() -> process.post(REBUILDS, key, body));
        String path = REBUILDS + '/' + order.path("rebuild").asLong();
        return StopOnExit.during(() -> follow(path), stopping::countDown);
    }

    private boolean follow(String path) {
        while (true) {
            JsonNode rebuild = awaitAnswer(() -> process.get(path));
            tell(rebuild);
            String state = rebuild.path("state").asText();
            if (!state.equals("running")) {
                return ended(rebuild, state);
            }
            if (isStopped()) {
                String key = UUID.randomUUID().toString();
                process.post(path + "/cancel", key, JSON.createObjectNode());
                open(rebuild).ifPresent(report::stopped);
                return false;
            }
        }
    }

    private boolean ended(JsonNode rebuild, String state) {
        if (state.equals("failed")) {
            throw new PipelineException(
                    ErrorKind.LOG_INCOMPLETE, rebuild.path("failure").asText());
        }
        if (state.equals("cancelled")) {
            open(rebuild).ifPresent(report::stopped);
        }
        return state.equals("done");
    }

    /** Sent again with the same key, so that it is done once, whatever dies meanwhile. */
    private JsonNode awaitAnswer(Asking asking) {
        long deadline = System.nanoTime() + LONGEST_SILENCE.toNanos();
        while (true) {
            Optional<Answer> answer = asking.ask();
            if (answer.isPresent() && answer.get().status() != 503) {
                return accepted(process, answer.get());
            }
            if (System.nanoTime() > deadline || isStopped()) {
                throw new PipelineException(
                        ErrorKind.WAREHOUSE_UNREACHABLE,
                        "the process at " + process.authority() + " does not answer: "
                                + answer.map(Answer::detail).orElse("nobody listens")
                                + ". What was asked for goes on when it runs again");
            }
        }
    }

    /** Sends a request. */
    private interface Asking {
        Optional<Answer> ask();
    }

    /** Waits a moment; true where the command is to end. */
    private boolean isStopped() {
        try {
            return stopping.await(LOOK.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private void tell(JsonNode rebuild) {
        JsonNode tables = rebuild.path("tables");
        for (; told < tables.size() && tables.path(told).has("result"); told++) {
            report.tell(result(tables.path(told)));
        }
        String line = rebuild.has("waits")
                ? "waits: " + rebuild.path("waits").asText()
                : told < tables.size() ? line(tables.path(told)) : "";
        if (!line.isEmpty() && !line.equals(lastLine)) {
            progress.println(line);
            progress.flush();
        }
        lastLine = line;
    }

    private static String line(JsonNode part) {
        long records = part.path("records").asLong();
        long seen = part.path("seen").asLong();
        return seen == 0
                ? ""
                : String.format(Locale.ROOT, "%s  %,d events read", ReplayReport.bar(records, seen), seen);
    }

    private static Optional<TableId> open(JsonNode rebuild) {
        for (JsonNode part : rebuild.path("tables")) {
            if (!part.has("result")) {
                return Optional.of(table(part));
            }
        }
        return Optional.empty();
    }

    private static TableId table(JsonNode part) {
        return new TableId(part.path("schema").asText(), part.path("table").asText());
    }

    private static RebuildResult result(JsonNode part) {
        JsonNode result = part.path("result");
        return new RebuildResult(
                table(part),
                result.path("fromCut").asLong(),
                result.path("toCut").asLong(),
                part.path("seen").asLong(),
                new RebuiltTable(
                        result.path("rows").asLong(),
                        result.path("extra").asLong(),
                        result.path("differing").asLong(),
                        result.path("missing").asLong(),
                        result.path("deletes").asLong()));
    }
}
