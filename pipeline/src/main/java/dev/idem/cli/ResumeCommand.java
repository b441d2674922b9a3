package dev.idem.cli;

import dev.idem.change.TableId;
import dev.idem.config.Settings;
import dev.idem.control.TableStates;
import dev.idem.control.TableStates.From;
import dev.idem.process.Pipeline;
import dev.idem.process.ReachedDatabases;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Asks the sink to try parked tables again. */
@Command(
        name = "resume",
        description = {
            "Asks the running sink to try parked tables now, after their cause was mended.",
            "A table then reads what it missed from the log; ./idem tables tells when it follows again."
        },
        mixinStandardHelpOptions = true)
final class ResumeCommand implements Callable<Integer> {
    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Parameters(paramLabel = "TABLES", converter = TableNames.class, description = "such as public.orders,public.items")
    private List<TableId> tables = List.of();

    @Option(
            names = "--skip-missed",
            description = "goes on with what comes from now on; what was missed is lost unless the table is read anew")
    private boolean skipMissed;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        Settings settings = options.load();
        PrintWriter out = spec.commandLine().getOut();
        boolean all = true;
        try (ReachedDatabases databases = new ReachedDatabases(settings)) {
            TableStates states = new TableStates(Pipeline.warehouse(settings, databases.warehouse()), settings.name());
            for (TableId table : tables) {
                boolean asked = states.resume(table, skipMissed ? From.NOW : From.MISSED);
                out.println(table + (asked ? ": is tried now" : ": is not parked"));
                all &= asked;
            }
        }
        out.flush();
        return all ? ExitCode.OK : ExitCode.SOFTWARE;
    }
}
