package dev.idem.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a PostgreSQL server says of itself in {@code postmaster.pid}.
 *
 * @param pid the postmaster's process
 * @param port where it listens; 0 where it was not said yet
 * @param status {@code starting}, {@code ready}, {@code standby} or {@code stopping}; empty where it was not said yet
 *     <p><i>Source:</i> PostgreSQL, src/include/utils/pidfile.h
 */
record PostmasterPid(long pid, int port, String status) {
    private static final int PORT_LINE = 3;
    private static final int STATUS_LINE = 7;

    static Path file(Path data) {
        return data.resolve("postmaster.pid");
    }

    /** Empty where there is no server, or one so young that it has not written its file yet. */
    static Optional<PostmasterPid> read(Path data) {
        try {
            return parse(Files.readAllLines(file(data)));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException e) {
            throw new EmbeddedServerException("cannot read " + file(data), e);
        }
    }

    static Optional<PostmasterPid> parse(List<String> lines) {
        if (lines.isEmpty() || !lines.get(0).strip().matches("\\d{1,18}")) {
            return Optional.empty();
        }
        String port = line(lines, PORT_LINE);
        return Optional.of(new PostmasterPid(
                Long.parseLong(lines.get(0).strip()),
                port.matches("\\d{1,5}") ? Integer.parseInt(port) : 0,
                line(lines, STATUS_LINE)));
    }

    private static String line(List<String> lines, int number) {
        return lines.size() > number ? lines.get(number).strip() : "";
    }

    /**
     * The process, if it lives and is a PostgreSQL server on this very directory, not a stranger with its old number.
     */
    Optional<ProcessHandle> process(Path data) {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).filter(process -> servesFrom(data, process.info()));
    }

    private static boolean servesFrom(Path data, ProcessHandle.Info info) {
        String command = info.command().or(info::commandLine).orElse("");
        List<String> arguments = List.of(info.arguments().orElse(new String[0]));
        return command.contains("postgres") && arguments.contains(data.toString());
    }

    boolean isReady() {
        return status.equals("ready");
    }
}
