package dev.idem.cli;

import dev.idem.apply.ReplayWriter;
import dev.idem.config.Settings;
import dev.idem.process.Pipeline;
import dev.idem.process.ReachedDatabases;
import dev.idem.process.ReachedLog;
import dev.idem.replay.LogPosition;
import dev.idem.replay.SavedOffsets;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.ZoneId;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Lists the saved offsets. */
@Command(
        name = "offsets",
        description = {
            "Lists the saved offsets: cuts of the log, each a consistent state of the source, from which ./idem replay can",
            "go on. * marks where the warehouse stands. Says what the log still holds of each table."
        },
        mixinStandardHelpOptions = true)
final class OffsetsCommand implements Callable<Integer> {
    private static final int MOST = 100_000;

    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Option(names = "--at-lsn", paramLabel = "LSN", description = "the cut that holds this LSN, such as 0/16B3748")
    private @Nullable String lsn;

    @Option(
            names = "--at-time",
            paramLabel = "TIME",
            description = "the cut that reaches this commit time, such as 2026-11-25T10:00:00Z, or 10:00 (today, here)")
    private @Nullable String time;

    @Option(
            names = "--last",
            paramLabel = "N",
            defaultValue = "20",
            description = "how many of the youngest cuts (default: ${DEFAULT-VALUE})")
    private int last;

    @Option(names = "--json", description = "the result as one JSON object")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        Optional<LogPosition> wanted = wanted();
        Settings settings = options.load();
        OffsetsReport report;
        try (ReachedDatabases databases = new ReachedDatabases(settings);
                ReplayWriter warehouse = ReplayWriter.open(
                        Pipeline.warehouse(settings, databases.warehouse(), "offsets"),
                        settings.name(),
                        Pipeline.applySettings(settings));
                ReachedLog log = ReachedLog.of(settings)) {
            report = new OffsetsReport(SavedOffsets.of(
                    log.view(), warehouse.target(), wanted, last, Clock.system(ZoneId.systemDefault())));
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(report.json());
        } else {
            report.lines().forEach(out::println);
        }
        out.flush();
        return ExitCode.OK;
    }

    private Optional<LogPosition> wanted() {
        if (last < 1 || last > MOST) {
            throw new ParameterException(spec.commandLine(), "--last: " + last + " (expected: 1 to " + MOST + ")");
        }
        if (lsn != null && time != null) {
            throw new ParameterException(spec.commandLine(), "--at-lsn and --at-time exclude each other");
        }
        try {
            String text = lsn == null ? time == null ? null : "time:" + time : "lsn:" + lsn;
            return Optional.ofNullable(text)
                    .map(given -> LogPosition.parse(given, Clock.system(ZoneId.systemDefault())));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }
}
