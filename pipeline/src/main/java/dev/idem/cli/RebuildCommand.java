package dev.idem.cli;

import dev.idem.apply.RebuildWriter;
import dev.idem.change.TableId;
import dev.idem.config.Settings;
import dev.idem.control.RebuildResult;
import dev.idem.process.Pipeline;
import dev.idem.process.ReachedDatabases;
import dev.idem.process.ReachedLog;
import dev.idem.replay.Rebuild;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Derives tables of the warehouse afresh from the log. */
@Command(
        name = "rebuild",
        description = {
            "Derives tables of the warehouse afresh from the log, while the stream goes on: fills a shadow of each from the",
            "log's events, then brings the table to its content in one transaction. Rows that were changed, taken out or",
            "put in by others are then what the log says; the table itself stays, with its views, grants, indexes and keys.",
            "The running process does it where http.port is set, and goes on with it after a crash; else this command does.",
            "Ctrl-C stops it, and the table in hand stays as it was. Exit code 0 only where all tables were rebuilt."
        },
        mixinStandardHelpOptions = true)
final class RebuildCommand implements Callable<Integer> {

    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Option(
            names = "--tables",
            paramLabel = "TABLES",
            required = true,
            converter = TableNames.class,
            description = "such as public.orders,public.items")
    private List<TableId> tables = List.of();

    @Option(names = "--dry-run", description = "tells what would change, and changes nothing")
    private boolean dryRun;

    @Option(names = "--json", description = "the result of each table as one JSON object in a line")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        Settings settings = options.load();
        PrintWriter out = spec.commandLine().getOut();
        RebuildReport report = new RebuildReport(json ? RebuildReport.Form.JSON : RebuildReport.Form.TEXT, dryRun, out);
        PrintWriter progress = json ? spec.commandLine().getErr() : out;
        Optional<OrderedRebuild> ordered =
                settings.role().applies() ? OrderedRebuild.of(settings, report, progress) : Optional.empty();
        boolean isWhole = ordered.isPresent() ? ordered.get().run(tables, dryRun) : rebuild(settings, report, progress);
        return isWhole ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private boolean rebuild(Settings settings, RebuildReport report, PrintWriter progress) {
        try (ReachedDatabases databases = new ReachedDatabases(settings);
                RebuildWriter writer = RebuildWriter.open(
                        Pipeline.warehouse(settings, databases.warehouse(), "rebuild"),
                        settings.name(),
                        Pipeline.applySettings(settings));
                ReachedLog log = ReachedLog.of(settings)) {
            for (TableId table : writer.chosen(tables)) {
                Rebuild rebuild = new Rebuild(log.view(), writer, new ReplayReport(progress));
                Rebuild.Mode mode = dryRun ? Rebuild.Mode.DRY_RUN : Rebuild.Mode.SWAP;
                Optional<RebuildResult> result = StopOnExit.during(() -> rebuild.run(table, mode), rebuild::stop);
                result.ifPresentOrElse(report::tell, () -> report.stopped(table));
                if (result.isEmpty()) {
                    return false;
                }
            }
        }
        return true;
    }
}
