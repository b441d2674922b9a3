package dev.idem.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.idem.change.Lsn;
import dev.idem.config.Settings;
import dev.idem.process.StatusClient;
import dev.idem.status.StatusCheck;
import dev.idem.status.StatusText;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Tells where the pipeline stands. */
@Command(
        name = "status",
        description = {
            "Tells where the pipeline stands, from the head of the WAL to the warehouse: asks the running process where",
            "http.port is set, else source, Kafka and warehouse themselves. Changes nothing.",
            "With --check: exit code 0 only where the pipeline is well and not further behind than --max-lag."
        },
        mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration LOOK = Duration.ofMillis(250);
    private static final String CLEAR = "\u001b[H\u001b[2J";

    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Option(names = "--watch", description = "again every second, until Ctrl-C")
    private boolean watch;

    @Option(names = "--json", description = "as one JSON object, with --watch one a line")
    private boolean json;

    @Option(names = "--check", description = "one line, and an exit code for monitoring")
    private boolean check;

    @Option(
            names = "--max-lag",
            paramLabel = "TIME",
            converter = TimeSpan.class,
            defaultValue = "30s",
            description = "with --check: how far behind the source the warehouse may be (default: ${DEFAULT-VALUE})")
    private Duration maxLag = Duration.ZERO;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException {
        Settings settings = options.load();
        PrintWriter out = spec.commandLine().getOut();
        try (StatusClient client = new StatusClient(settings)) {
            if (check) {
                return check(client, out);
            }
            show(client.status(), out);
            while (watch) {
                TimeUnit.MILLISECONDS.sleep(INTERVAL.toMillis());
                show(client.status(), out);
            }
        }
        return ExitCode.OK;
    }

    private void show(JsonNode status, PrintWriter out) {
        if (json) {
            out.println(status);
        } else {
            if (watch && System.getenv("TERM") != null) {
                out.print(CLEAR);
            }
            StatusText.lines(status).forEach(out::println);
        }
        out.flush();
    }

    private int check(StatusClient client, PrintWriter out) throws InterruptedException {
        JsonNode status = client.status();
        List<String> problems = new ArrayList<>(new StatusCheck(maxLag).problems(status));
        if (problems.isEmpty() && !StatusCheck.tellsLag(status) && !arrives(client, status)) {
            problems.add("the warehouse did not get to where the source was within " + maxLag.toSeconds() + " s");
        }
        if (json) {
            out.println(status);
        } else {
            out.println(problems.isEmpty() ? "OK" : "NOT OK: " + String.join("; ", problems));
        }
        out.flush();
        return problems.isEmpty() ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    /** One look at the servers tells no time: so it is waited, as long as the lag may be, for what is there now. */
    private boolean arrives(StatusClient client, JsonNode first) throws InterruptedException {
        Optional<Lsn> head = lsn(first, "head");
        if (head.isEmpty()) {
            return false;
        }
        long deadline = System.nanoTime() + maxLag.toNanos();
        JsonNode status = first;
        while (lsn(status, "applied")
                .filter(at -> at.compareTo(head.get()) >= 0)
                .isEmpty()) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
            status = client.status();
        }
        return true;
    }

    private static Optional<Lsn> lsn(JsonNode status, String stage) {
        for (JsonNode position : status.path("positions")) {
            if (position.path("stage").asText().equals(stage)) {
                return Optional.of(Lsn.parse(position.path("lsn").asText()));
            }
        }
        return Optional.empty();
    }
}
