package dev.idem.cli;

import dev.idem.change.TableId;
import dev.idem.change.Topics;
import dev.idem.config.Settings;
import dev.idem.control.VerificationRecord.Origin;
import dev.idem.control.Verifications;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.process.ComparedPair;
import dev.idem.process.Pipeline;
import dev.idem.process.ReachedDatabases;
import dev.idem.process.ReachedLog;
import dev.idem.process.RereadRepair;
import dev.idem.process.VerificationJournal;
import dev.idem.source.SourceTables;
import dev.idem.verify.Pace;
import dev.idem.verify.RepairSettings;
import dev.idem.verify.TableResult;
import dev.idem.verify.Verification;
import dev.idem.verify.Verifier;
import dev.idem.verify.VerifySettings;
import dev.idem.verify.VerifySettings.Limits;
import dev.idem.verify.VerifySettings.Scope;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Compares both databases. */
@Command(
        name = "verify",
        description = {
            "Compares source and warehouse value by value, also while the pipeline runs.",
            "Exit code 0 only where they are equal."
        },
        mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {
    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Option(
            names = "--tables",
            paramLabel = "TABLES",
            converter = TableNames.class,
            description = "only these, such as public.orders,public.items; else all that are replicated")
    private List<TableId> tables = List.of();

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            converter = TimeSpan.class,
            defaultValue = "60s",
            description = "how long at most the pipeline may take to bring what differs (default: ${DEFAULT-VALUE})")
    private Duration wait = Duration.ZERO;

    @Option(
            names = "--repair",
            description = {
                "has rows that differ read anew at the source, by the running capture, and looks whether they are the",
                "same then; newer changes of the stream win"
            })
    private boolean repair;

    @Option(
            names = "--repair-wait",
            paramLabel = "TIME",
            converter = TimeSpan.class,
            defaultValue = "5m",
            description = "how long at most the repair of a table may take (default: ${DEFAULT-VALUE})")
    private Duration repairWait = Duration.ZERO;

    @Option(
            names = "--rate",
            paramLabel = "ROWS",
            defaultValue = "0",
            description = "rows a second, on average, that are looked at; 0 for no bound (default: ${DEFAULT-VALUE})")
    private long rate;

    @Option(
            names = "--sample",
            paramLabel = "PERCENT",
            defaultValue = "100",
            description =
                    "the share of each table's rows that is compared, chosen at random in chunks; tables without a"
                            + " key are compared whole (default: ${DEFAULT-VALUE})")
    private double sample;

    @Option(names = "--show-keys", description = "shows the keys of some differing rows; values are never shown")
    private boolean showKeys;

    @Option(names = "--json", description = "the result as one JSON object")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        Pace pace = pace();
        Settings settings = options.load();
        PrintWriter out = spec.commandLine().getOut();
        VerifyReport report = new VerifyReport(showKeys);
        Verification result;
        try (ReachedDatabases databases = new ReachedDatabases(settings);
                Verifications verifications = verifications(settings, databases)) {
            ComparedPair pair = new ComparedPair(settings, databases.source(), databases.warehouse());
            Optional<VerificationJournal> journal = verifications.isThere()
                    ? Optional.of(new VerificationJournal(verifications, Origin.COMMAND, pace.share()))
                    : Optional.empty();
            result = new Verifier(verifySettings(pair, pace), repairSettings(settings)).verify(table -> {
                if (!json) {
                    report.lines(table).forEach(out::println);
                    out.flush();
                }
                journal.ifPresent(to -> keep(table, to));
            });
        }
        out.println(json ? report.json(result) : result.verdict());
        out.flush();
        return result.isEqual() ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    /** Whoever may only read compares all the same. */
    private void keep(TableResult table, VerificationJournal journal) {
        try {
            journal.add(table);
        } catch (PipelineException e) {
            spec.commandLine().getErr().println("not kept in idem.verification: " + e.getMessage());
            spec.commandLine().getErr().flush();
        }
    }

    private Pace pace() {
        try {
            return new Pace(rate, sample / 100);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    spec.commandLine(), "--rate, --sample: expected: 0 or more rows; above 0 and at most 100", e);
        }
    }

    /** Without names: what the warehouse follows, and what the settings choose, whether the warehouse has it or not. */
    private VerifySettings verifySettings(ComparedPair pair, Pace pace) {
        List<TableId> named = tables.isEmpty()
                ? SourceTables.replicated(Pipeline.sourceSettings(pair.settings(), pair.source()))
                : tables;
        return pair.comparing(
                named,
                tables.isEmpty() ? Scope.FOLLOWED : Scope.NAMED,
                Limits.DEFAULT
                        .withMaxWait(wait)
                        .withStatementTimeout(pair.settings().verification().statementTimeout()),
                pace);
    }

    private Optional<RepairSettings> repairSettings(Settings settings) {
        if (!repair) {
            return Optional.empty();
        }
        String brokers = ReachedLog.running(settings)
                .orElseThrow(() -> new PipelineException(
                        ErrorKind.SETTINGS,
                        "kafka.bootstrap.servers: embedded, and no process of these settings runs (expected: one, because"
                                + " its capture reads the rows that differ)"));
        return Optional.of(new RepairSettings(
                new RereadRepair(Pipeline.logSettings(settings, brokers), new Topics(settings.name())), repairWait));
    }

    /** The warehouse's record; it has none where this is a comparison of databases without a pipeline. */
    private static Verifications verifications(Settings settings, ReachedDatabases databases) {
        return new Verifications(
                Pipeline.warehouse(settings, databases.warehouse()).named("idem verify"), settings.name());
    }
}
