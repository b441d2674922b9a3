package dev.idem.bench;

import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.stream.Stream;

/** What is measured; each on servers of its own, started for it and thrown away. */
public enum Workload {
    /** A backlog of small updates. */
    DRAIN {
        @Override
        boolean measure(BenchStack stack, Figures figures, BenchSize size) throws SQLException {
            return new DrainBench(size.changes(), 100_000, 10, size.rounds()).run(stack, figures);
        }
    },
    /** One change at a time. */
    LATENCY {
        @Override
        boolean measure(BenchStack stack, Figures figures, BenchSize size) throws SQLException {
            return new LatencyBench(300, Duration.ofMillis(20)).run(stack, figures);
        }
    },
    /** A snapshot, and one huge transaction. */
    LARGE_TRANSACTION {
        @Override
        boolean measure(BenchStack stack, Figures figures, BenchSize size) throws SQLException {
            return new LargeTransactionBench(size.largeRows()).run(stack, figures);
        }
    };

    /**
     * How much.
     *
     * @param changes of the backlog
     * @param rounds how often it is drained
     * @param largeRows rows of the huge transaction
     */
    public record BenchSize(int changes, int rounds, int largeRows) {}

    abstract boolean measure(BenchStack stack, Figures figures, BenchSize size) throws SQLException;

    /**
     * Runs it and prints its figures.
     *
     * @return true where source and warehouse were equal behind it
     * @throws PipelineException where a server or the pipeline failed
     */
    public boolean run(BenchSize size, PrintWriter out) {
        Figures figures = new Figures(out);
        Path directory = directory();
        BenchStack stack = BenchStack.start(directory);
        Thread cleaner = new Thread(() -> end(stack, directory), "idem-bench-end");
        Runtime.getRuntime().addShutdownHook(cleaner);
        try {
            boolean equal = measure(stack, figures, size);
            figures.memory();
            return equal;
        } catch (SQLException e) {
            throw new PipelineException(ErrorKind.INVARIANT, "benchmark " + this + ": " + e.getMessage(), e);
        } finally {
            if (Runtime.getRuntime().removeShutdownHook(cleaner)) {
                end(stack, directory);
            }
        }
    }

    private static void end(BenchStack stack, Path directory) {
        stack.close();
        delete(directory);
    }

    private static Path directory() {
        try {
            return Files.createTempDirectory("idem-bench");
        } catch (IOException e) {
            throw new UncheckedIOException("making a directory for the benchmark", e);
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("removing " + directory, e);
        }
    }
}
