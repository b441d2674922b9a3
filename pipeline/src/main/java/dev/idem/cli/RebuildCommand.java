package dev.idem.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.idem.apply.RebuildWriter;
import dev.idem.change.TableId;
import dev.idem.config.Settings;
import dev.idem.process.Pipeline;
import dev.idem.process.ReachedDatabases;
import dev.idem.process.ReachedLog;
import dev.idem.replay.Rebuild;
import dev.idem.replay.RebuildResult;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
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
        try (ReachedDatabases databases = new ReachedDatabases(settings);
                RebuildWriter writer = RebuildWriter.open(
                        Pipeline.warehouse(settings, databases.warehouse(), "rebuild"),
                        settings.name(),
                        Pipeline.applySettings(settings));
                ReachedLog log = ReachedLog.of(settings)) {
            return rebuild(writer, log) ? ExitCode.OK : ExitCode.SOFTWARE;
        }
    }

    private boolean rebuild(RebuildWriter writer, ReachedLog log) {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter progress = json ? spec.commandLine().getErr() : out;
        for (TableId table : writer.chosen(tables)) {
            Rebuild rebuild = new Rebuild(log.view(), writer, new ReplayReport(progress));
            Rebuild.Mode mode = dryRun ? Rebuild.Mode.DRY_RUN : Rebuild.Mode.SWAP;
            Optional<RebuildResult> result = StopOnExit.during(() -> rebuild.run(table, mode), rebuild::stop);
            out.println(result.map(this::line).orElse(table + ": stopped; the table is as it was."));
            out.flush();
            if (result.isEmpty()) {
                return false;
            }
        }
        return true;
    }

    private String line(RebuildResult result) {
        return json ? json(result) : text(result);
    }

    private String text(RebuildResult result) {
        return String.format(
                Locale.ROOT,
                "%s: %s from cuts %d to %d, %,d events; %,d rows, of which %,d %s missing, %,d differed; %,d rows more %s"
                        + " taken out.",
                result.table(),
                dryRun ? "derived and compared" : "rebuilt",
                result.fromCut(),
                result.toCut(),
                result.seen(),
                result.rebuilt().rows(),
                result.rebuilt().missing(),
                dryRun ? "are" : "were",
                result.rebuilt().differing(),
                result.rebuilt().extra(),
                dryRun ? "would be" : "were");
    }

    private String json(RebuildResult result) {
        return new ObjectMapper()
                .createObjectNode()
                .put("schema", result.table().schema())
                .put("table", result.table().name())
                .put("dry_run", dryRun)
                .put("from_cut", result.fromCut())
                .put("to_cut", result.toCut())
                .put("seen", result.seen())
                .put("rows", result.rebuilt().rows())
                .put("missing", result.rebuilt().missing())
                .put("differing", result.rebuilt().differing())
                .put("extra", result.rebuilt().extra())
                .put("deletes", result.rebuilt().deletes())
                .toString();
    }
}
