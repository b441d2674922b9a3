package dev.idem.cli;

import dev.idem.capture.SourceTables;
import dev.idem.change.TableId;
import dev.idem.config.Settings;
import dev.idem.process.DatabaseAddress;
import dev.idem.process.Pipeline;
import dev.idem.process.ReachedDatabases;
import dev.idem.verify.Address;
import dev.idem.verify.Verification;
import dev.idem.verify.Verifier;
import dev.idem.verify.VerifySettings;
import dev.idem.verify.VerifySettings.Limits;
import dev.idem.verify.VerifySettings.Scope;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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

    @Option(names = "--show-keys", description = "shows the keys of some differing rows; values are never shown")
    private boolean showKeys;

    @Option(names = "--json", description = "the result as one JSON object")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        Settings settings = options.load();
        PrintWriter out = spec.commandLine().getOut();
        VerifyReport report = new VerifyReport(showKeys);
        Verification result;
        try (ReachedDatabases databases = new ReachedDatabases(settings)) {
            result = new Verifier(verifySettings(settings, databases)).verify(table -> {
                if (!json) {
                    report.lines(table).forEach(out::println);
                    out.flush();
                }
            });
        }
        out.println(json ? report.json(result) : result.verdict());
        out.flush();
        return result.isEqual() ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    /** Without names: what the warehouse follows, and what the settings choose, whether the warehouse has it or not. */
    private VerifySettings verifySettings(Settings settings, ReachedDatabases databases) {
        DatabaseAddress source = databases.source();
        List<TableId> named =
                tables.isEmpty() ? SourceTables.replicated(Pipeline.sourceSettings(settings, source)) : tables;
        return new VerifySettings(
                settings.name(),
                address(source),
                address(databases.warehouse()),
                Optional.of(settings.source().slot()),
                named,
                settings.apply().targets().names()::of,
                tables.isEmpty() ? Scope.FOLLOWED : Scope.NAMED,
                Limits.DEFAULT.withMaxWait(wait));
    }

    private static Address address(DatabaseAddress address) {
        return new Address(address.url(), Map.of("user", address.user(), "password", address.password()));
    }
}
