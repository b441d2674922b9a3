package dev.idem.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The program: one command with a subcommand for each thing that it does. */
@Command(
        name = "idem",
        description = "Change data capture for PostgreSQL that survives anything and never applies a change twice.",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DemoCommand.class,
            RunCommand.class,
            CheckCommand.class,
            StatusCommand.class,
            VerifyCommand.class,
            OffsetsCommand.class,
            ReplayCommand.class,
            RebuildCommand.class,
            ResyncCommand.class,
            TablesCommand.class,
            ResumeCommand.class,
            DeadLettersCommand.class,
            BenchCommand.class,
            ServerCommand.class,
            WarmUpCommand.class
        })
public final class Main implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** The whole program as tests run it: without leaving the JVM. */
    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setExecutionExceptionHandler(new FailureReport())
                .setCaseInsensitiveEnumValuesAllowed(true);
    }

    /** Without a subcommand there is nothing to do but to say which there are. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }
}
