package dev.idem.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What this process has cost so far: processor time of all its threads, and the most memory it ever held. */
final class ProcessCost {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String HIGH_WATER = "VmHWM:";

    private ProcessCost() {}

    /** Processor time since the process began. */
    static Duration processorTime() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** <i>Units:</i> kilobytes of resident memory, at its highest; empty where the system does not tell. */
    static OptionalLong peakMemoryKilobytes() {
        try {
            List<String> lines = Files.exists(STATUS) ? Files.readAllLines(STATUS) : List.of();
            Optional<String> line =
                    lines.stream().filter(one -> one.startsWith(HIGH_WATER)).findFirst();
            return line.map(one -> OptionalLong.of(Long.parseLong(one.replaceAll("\\D", ""))))
                    .orElseGet(OptionalLong::empty);
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
