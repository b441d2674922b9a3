package dev.idem.cli;

import dev.idem.apply.ReplayWriter;
import dev.idem.change.TableId;
import dev.idem.config.Settings;
import dev.idem.control.ReplayRecord;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.process.Pipeline;
import dev.idem.process.ReachedDatabases;
import dev.idem.process.ReachedLog;
import dev.idem.replay.LogPosition;
import dev.idem.replay.Replay;
import dev.idem.replay.ReplayProgress;
import dev.idem.replay.ReplayRequest;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Reads events of the log once more. */
@Command(
        name = "replay",
        description = {
            "Reads events of the log once more into the warehouse, from a saved offset on, while the stream goes on.",
            "Every change is guarded by its version: what is right stays as it is, what is missing or too old comes back.",
            "Positions are lsn:0/16B3748, time:2026-11-25T10:00:00Z, time:10:00 (today, here), cut:42 or beginning.",
            "Ctrl-C stops it; the same command, or --resume, goes on. Exit code 0 only where all of it was replayed."
        },
        mixinStandardHelpOptions = true)
final class ReplayCommand implements Callable<Integer> {

    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @ArgGroup(multiplicity = "1")
    private What what = new What();

    /** One of these must be said. */
    static final class What {
        @Option(
                names = "--from",
                paramLabel = "POSITION",
                converter = PositionOption.class,
                description = "the first cut")
        private @Nullable LogPosition from;

        @Option(names = "--resume", description = "goes on with the replay that was ended in the middle")
        private boolean resume;

        @Option(
                names = "--cancel",
                paramLabel = "REPLAY",
                description = "gives up the replay of this number; what it applied stays")
        private @Nullable Long cancel;
    }

    @Option(
            names = "--to",
            paramLabel = "POSITION",
            converter = PositionOption.class,
            description = "the last cut; else where the warehouse stands")
    private @Nullable LogPosition to;

    @Option(
            names = "--tables",
            paramLabel = "TABLES",
            converter = TableNames.class,
            description = "only these, such as public.orders,public.items; else all that the warehouse follows")
    private List<TableId> tables = List.of();

    @Option(names = "--dry-run", description = "tells what would change, and changes nothing")
    private boolean dryRun;

    @Option(names = "--rate", paramLabel = "EVENTS", description = "how many events a second at the most")
    private @Nullable Long rate;

    @Option(names = "--json", description = "the result as one JSON object")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        OptionalLong eventsPerSecond = pace();
        Settings settings = options.load();
        try (ReachedDatabases databases = new ReachedDatabases(settings);
                ReplayWriter writer = ReplayWriter.open(
                        Pipeline.warehouse(settings, databases.warehouse(), "replay"),
                        settings.name(),
                        Pipeline.applySettings(settings))) {
            return what.cancel == null ? replay(settings, writer, eventsPerSecond) : cancel(writer, what.cancel);
        }
    }

    private OptionalLong pace() {
        if (rate != null && rate < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--rate: " + rate + " (expected: events a second, at least 1)");
        }
        if (what.from == null && (dryRun || to != null || !tables.isEmpty())) {
            throw new ParameterException(spec.commandLine(), "--to, --tables and --dry-run go with --from only");
        }
        return rate == null ? OptionalLong.empty() : OptionalLong.of(rate);
    }

    private int cancel(ReplayWriter writer, long id) {
        boolean cancelled = writer.cancel(id);
        PrintWriter out = spec.commandLine().getOut();
        out.println("replay " + id + (cancelled ? ": given up" : ": is not going on"));
        out.flush();
        return cancelled ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private int replay(Settings settings, ReplayWriter writer, OptionalLong eventsPerSecond) {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter progress = json ? spec.commandLine().getErr() : out;
        ReplayProgress end;
        try (ReachedLog log = ReachedLog.of(settings)) {
            Replay replay =
                    new Replay(log.view(), writer, Clock.system(ZoneId.systemDefault()), new ReplayReport(progress));
            end = StopOnExit.during(
                    () -> {
                        ReplayProgress told = run(replay, writer, eventsPerSecond);
                        tell(told, out);
                        return told;
                    },
                    replay::stop);
        }
        return end.isWhole() ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private ReplayProgress run(Replay replay, ReplayWriter writer, OptionalLong eventsPerSecond) {
        if (what.resume) {
            return replay.resume(onlyUnfinished(writer), eventsPerSecond);
        }
        LogPosition from = Objects.requireNonNull(what.from, "one of the three is given");
        ReplayRequest request = new ReplayRequest(from, Optional.ofNullable(to), tables, eventsPerSecond);
        return dryRun ? replay.rehearse(request) : replay.run(request);
    }

    private static ReplayRecord onlyUnfinished(ReplayWriter writer) {
        List<ReplayRecord> unfinished = writer.unfinished();
        if (unfinished.size() != 1) {
            List<String> found = unfinished.stream()
                    .map(replay -> replay.id() + " " + replay.request())
                    .toList();
            throw new PipelineException(
                    ErrorKind.SETTINGS,
                    "--resume: replays in the middle: " + found
                            + " (expected: one; of several, the command that began it goes on with it)");
        }
        return unfinished.get(0);
    }

    private void tell(ReplayProgress end, PrintWriter out) {
        if (json) {
            out.println(ReplayReport.json(end));
        } else {
            ReplayReport.lines(end, dryRun ? ReplayReport.Tense.WOULD_CHANGE : ReplayReport.Tense.CHANGED)
                    .forEach(out::println);
        }
        out.flush();
    }
}
