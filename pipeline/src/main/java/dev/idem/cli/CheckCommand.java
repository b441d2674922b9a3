package dev.idem.cli;

import dev.idem.check.Check;
import dev.idem.check.Finding;
import dev.idem.check.Finding.Outcome;
import dev.idem.config.Settings;
import dev.idem.process.DatabaseAddress;
import dev.idem.process.Pipeline;
import dev.idem.process.ReachedDatabases;
import dev.idem.warehouse.WarehouseSettings;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Looks at everything that must hold before a run. */
@Command(
        name = "check",
        description = {
            "Looks whether everything holds that a run needs; what does not is named with the statement that mends it.",
            "Changes nothing. Exit code 0 only where a run can begin."
        },
        mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {
    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        Settings settings = options.load();
        List<Finding> findings;
        try (ReachedDatabases databases = new ReachedDatabases(settings)) {
            findings = Check.run(subject(settings, databases));
        }
        PrintWriter out = spec.commandLine().getOut();
        findings.forEach(finding -> print(finding, out));
        long failed = count(findings, Outcome.FAILED);
        long warnings = count(findings, Outcome.WARNING);
        out.println(
                Check.isReady(findings)
                        ? "Ready to run" + (warnings == 0 ? "." : ", with " + warnings + " to heed.")
                        : "Not ready to run: " + failed + " of " + findings.size() + " failed.");
        out.flush();
        return Check.isReady(findings) ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private static long count(List<Finding> findings, Outcome outcome) {
        return findings.stream().filter(finding -> finding.outcome() == outcome).count();
    }

    private static void print(Finding finding, PrintWriter out) {
        String outcome = finding.outcome().name().toLowerCase(Locale.ROOT);
        out.println("%-8s %-10s %s".formatted(outcome, finding.place(), finding.text()));
        String remedy = finding.remedy().toString();
        if (!remedy.isEmpty()) {
            out.println(" ".repeat(20) + "-> " + remedy);
        }
    }

    private static Check.Subject subject(Settings settings, ReachedDatabases databases) {
        Optional<String> brokers = settings.kafka().bootstrapServers();
        return new Check.Subject(
                settings.name(),
                settings.role().captures()
                        ? Optional.of(Pipeline.sourceSettings(settings, databases.source()))
                        : Optional.empty(),
                brokers.map(servers -> Pipeline.logSettings(settings, servers)),
                settings.role().applies() ? Optional.of(warehouse(databases.warehouse())) : Optional.empty(),
                settings.apply().targets().names());
    }

    private static WarehouseSettings warehouse(DatabaseAddress address) {
        return new WarehouseSettings(address.url(), Map.of("user", address.user(), "password", address.password()));
    }
}
