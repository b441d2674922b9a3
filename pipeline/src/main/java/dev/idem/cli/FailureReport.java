package dev.idem.cli;

import dev.idem.embedded.EmbeddedServerException;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/**
 * How a failed command ends: with its reason in words, and with a stack trace only where the failure is not one that we
 * foresaw.
 */
final class FailureReport implements IExecutionExceptionHandler {
    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult arguments) {
        PrintWriter err = command.getErr();
        if (failure instanceof PipelineException known) {
            err.println("idem: " + known.getMessage());
            return known.kind() == ErrorKind.SETTINGS ? ExitCode.USAGE : ExitCode.SOFTWARE;
        }
        if (failure instanceof EmbeddedServerException) {
            err.println("idem: " + failure.getMessage());
            return ExitCode.SOFTWARE;
        }
        err.println("idem: an error that nobody foresaw, please report it");
        failure.printStackTrace(err);
        return ExitCode.SOFTWARE;
    }
}
