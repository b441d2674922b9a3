package dev.idem.cli;

import dev.idem.config.Settings;
import dev.idem.process.RunningProcess;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;

/** The long-lived process. */
@Command(
        name = "run",
        description = "Runs the pipeline until it is told to stop (SIGTERM, Ctrl-C).",
        mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Override
    public Integer call() {
        Settings settings = options.load();
        RunningProcess process = new RunningProcess(settings);
        Runtime.getRuntime().addShutdownHook(new Thread(process::stop, "idem-stop"));
        process.run();
        return ExitCode.OK;
    }
}
