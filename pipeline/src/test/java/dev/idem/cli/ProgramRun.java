package dev.idem.cli;

import dev.idem.testing.TestPostgres;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Runs commands on databases that are called {@code source} and {@code warehouse}; what they print. */
final class ProgramRun {

    private final String brokers;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    ProgramRun(String brokers) {
        this.brokers = brokers;
    }

    /** Runs the command on the databases of that server; its exit code. */
    int execute(TestPostgres server, String command, String... arguments) {
        List<String> all = new ArrayList<>(List.of(command));
        for (String side : List.of("source", "warehouse")) {
            set(all, side + ".url=" + server.jdbcUrl(side));
            set(all, side + ".user=" + server.user());
            set(all, side + ".password=" + server.password());
        }
        set(all, "kafka.bootstrap.servers=" + brokers);
        all.addAll(Arrays.asList(arguments));
        return Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all.toArray(String[]::new));
    }

    private static void set(List<String> arguments, String setting) {
        arguments.addAll(List.of("--set", setting));
    }

    /** What was printed on standard output. */
    String out() {
        return out.toString();
    }

    /** What was printed on standard error. */
    String err() {
        return err.toString();
    }
}
