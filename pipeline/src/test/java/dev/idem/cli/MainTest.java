package dev.idem.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

class MainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final CommandLine program =
            Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));

    @Test
    void help_and_version_are_told_on_standard_output() {
        assertThat(program.execute("--help")).isZero();
        assertThat(program.execute("--version")).isZero();

        assertThat(out.toString()).contains("Usage: idem").contains("idem (not packaged)");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void missing_or_unknown_command_is_a_usage_error() {
        assertThat(program.execute()).isEqualTo(2);
        assertThat(program.execute("nonsense")).isEqualTo(2);

        assertThat(err.toString()).contains("a command is missing").contains("nonsense");
    }

    @Test
    void wrong_settings_end_with_code_2_and_other_known_failures_with_1_without_a_stack_trace() {
        assertThat(report(new PipelineException(ErrorKind.SETTINGS, "the settings are wrong")))
                .isEqualTo(2);
        assertThat(report(new PipelineException(ErrorKind.SOURCE_UNFIT, "wal_level is replica")))
                .isEqualTo(1);

        assertThat(err.toString())
                .contains("idem: the settings are wrong")
                .contains("idem: wal_level is replica")
                .doesNotContain("\tat ");
    }

    private int report(Exception failure) {
        ParseResult nothing = ParseResult.builder(program.getCommandSpec()).build();
        return new FailureReport().handleExecutionException(failure, program, nothing);
    }
}
