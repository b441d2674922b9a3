package dev.idem.cli;

import dev.idem.bench.Workload;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Measures speed and memory on embedded servers. */
@Command(
        name = "bench",
        description = "Measures speed and memory on embedded servers; compares source and warehouse after each run.",
        mixinStandardHelpOptions = true)
final class BenchCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "WORKLOAD", arity = "0..*", description = "${COMPLETION-CANDIDATES}; all by default")
    private List<Workload> workloads = List.of(Workload.values());

    @Option(names = "--changes", description = "of the backlog; default ${DEFAULT-VALUE}")
    private int changes = 300_000;

    @Option(names = "--rounds", description = "how often the backlog is drained; default ${DEFAULT-VALUE}")
    private int rounds = 3;

    @Option(names = "--large-rows", description = "rows of the huge transaction; default ${DEFAULT-VALUE}")
    private int largeRows = 2_000_000;

    @Override
    public Integer call() {
        Workload.BenchSize size = new Workload.BenchSize(changes, rounds, largeRows);
        boolean equal = true;
        for (Workload workload : workloads) {
            equal &= workload.run(size, spec.commandLine().getOut());
        }
        return equal ? ExitCode.OK : ExitCode.SOFTWARE;
    }
}
