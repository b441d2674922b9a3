package dev.idem.cli;

import dev.idem.change.RereadRequest;
import dev.idem.change.TableId;
import dev.idem.change.Topics;
import dev.idem.config.Settings;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.process.Pipeline;
import dev.idem.process.ReachedDatabases;
import dev.idem.publish.RereadTail;
import dev.idem.source.SourceTables;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Asks the capture to read tables anew. */
@Command(
        name = "resync",
        description = {
            "Asks the running capture to read tables of the source anew, while the stream goes on; what the source does",
            "not have goes from the warehouse. Where no capture runs, the next one does it."
        },
        mixinStandardHelpOptions = true)
final class ResyncCommand implements Callable<Integer> {
    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Parameters(
            paramLabel = "TABLES",
            arity = "0..*",
            converter = TableNames.class,
            description = "such as public.orders; else all that are replicated")
    private List<List<TableId>> tables = List.of();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        Settings settings = options.load();
        String brokers = settings.kafka()
                .bootstrapServers()
                .orElseThrow(() -> new PipelineException(
                        ErrorKind.SETTINGS,
                        "kafka.bootstrap.servers: embedded, which is reached from its own process only (expected:"
                                + " host:port,...)"));
        List<TableId> chosen = chosen(settings);
        RereadTail.ask(
                Pipeline.logSettings(settings, brokers),
                new Topics(settings.name()),
                chosen.stream()
                        .map(table -> new RereadRequest(table, "asked for by resync"))
                        .toList());
        chosen.forEach(table -> spec.commandLine().getOut().println("asked to read " + table + " anew"));
        spec.commandLine().getOut().flush();
        return ExitCode.OK;
    }

    /** The tables named, each of which must be one that is replicated. */
    private List<TableId> chosen(Settings settings) {
        try (ReachedDatabases databases = new ReachedDatabases(settings)) {
            List<TableId> replicated = SourceTables.replicated(Pipeline.sourceSettings(settings, databases.source()));
            List<TableId> named = tables.stream().flatMap(List::stream).toList();
            List<TableId> unknown = new ArrayList<>(named);
            unknown.removeAll(replicated);
            if (!unknown.isEmpty()) {
                throw new PipelineException(
                        ErrorKind.SETTINGS,
                        "resync: " + unknown + " (expected: tables that are replicated: " + new TreeSet<>(replicated)
                                + ')');
            }
            return named.isEmpty() ? replicated : named;
        }
    }
}
