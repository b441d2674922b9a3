package dev.idem.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL server that this process runs, on the loopback address, with its data in a directory.
 *
 * <p>It is a child process, not a part of this one: when this process is killed the server goes on, and the next start
 * on the same directory stops it before it starts its own. The directory is locked, so that the server of a process
 * that still lives is never stopped.
 *
 * <p><i>Threads:</i> thread-safe.
 *
 * <p><i>Fails:</i> with {@link EmbeddedServerException} that carries the end of the server's log.
 */
public final class EmbeddedPostgres implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EmbeddedPostgres.class);

    /** Recovery after a crash may replay much WAL. */
    private static final Duration START_TIMEOUT = Duration.ofMinutes(5);

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration PORT_AND_MEMORY_TIMEOUT = Duration.ofSeconds(10);

    private static final Path SETSID = Path.of("/usr/bin/setsid");

    private final PostgresCluster cluster;
    private final DirectoryLock lock;
    private final ProcessHandle process;
    private final PostgresAddress address;

    private EmbeddedPostgres(PostgresCluster cluster, DirectoryLock lock, ProcessHandle process, int port) {
        this.cluster = cluster;
        this.lock = lock;
        this.process = process;
        this.address = new PostgresAddress(port, PostgresCluster.SUPERUSER, cluster.password());
    }

    /** Starts the server and waits until it takes connections. */
    public static EmbeddedPostgres start(PostgresConfig config) {
        createDirectory(config.directory());
        DirectoryLock lock = DirectoryLock.on(config.directory());
        try {
            ServerUser user = ServerUser.find();
            Path home = config.binaries().unpackBelow(config.binariesDirectory());
            PostgresCluster cluster = new PostgresCluster(config.directory(), home, user);
            cluster.ensureExists();
            stopLeftBehind(cluster.data());
            return launch(config, new Installation(home, user), cluster, lock);
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    public PostgresAddress address() {
        return address;
    }

    /** The postmaster's process, for those who want to kill it. */
    public ProcessHandle process() {
        return process;
    }

    public boolean isRunning() {
        return process.isAlive();
    }

    /** Stops the server: sessions are broken off, everything is written. Harmless where it is dead already. */
    @Override
    public void close() {
        stop(process);
        lock.close();
        log.info("PostgreSQL stopped directory={}", cluster.data());
    }

    /**
     * Kills the server as a power cut would, except that what it wrote is not lost; its directory is free afterwards.
     */
    public void kill() {
        process.destroyForcibly();
        await(process, STOP_TIMEOUT);
        lock.close();
    }

    private record Installation(Path home, ServerUser user) {}

    private static EmbeddedPostgres launch(
            PostgresConfig config, Installation installation, PostgresCluster cluster, DirectoryLock lock) {
        Path output = config.directory().resolve("server.log");
        Instant deadline = Instant.now().plus(PORT_AND_MEMORY_TIMEOUT);
        while (true) {
            int port = FreePort.lastOrAny(config.port(), config.directory());
            Process process = run(command(config, installation, cluster.data(), port), output);
            if (becomesReady(process, cluster.data())) {
                log.info("PostgreSQL started port={} pid={} directory={}", port, process.pid(), config.directory());
                return new EmbeddedPostgres(cluster, lock, process.toHandle(), port);
            }
            String why = LogTail.of(output);
            if (!isPassing(why) || Instant.now().isAfter(deadline)) {
                throw new EmbeddedServerException("PostgreSQL does not start on port " + port + ": " + why);
            }
            pause();
        }
    }

    /** True for what goes away by itself: the last server's children still dying, a port taken in the last moment. */
    private static boolean isPassing(String why) {
        return why.contains("pre-existing shared memory block") || why.contains("could not bind");
    }

    private static List<String> command(PostgresConfig config, Installation installation, Path data, int port) {
        List<String> command = new ArrayList<>();
        command.add(installation.home().resolve("bin/postgres").toString());
        command.add("-D");
        command.add(data.toString());
        command.add("-p");
        command.add(Integer.toString(port));
        config.effectiveSettings().forEach((key, value) -> {
            command.add("-c");
            command.add(key + "=" + value);
        });
        return inOwnSession(installation.user().command(command));
    }

    /** Away from the terminal: its Ctrl-C is for this process, which then stops the server when the time has come. */
    private static List<String> inOwnSession(List<String> command) {
        List<String> whole = new ArrayList<>();
        if (Files.isExecutable(SETSID)) {
            whole.add(SETSID.toString());
        }
        whole.addAll(command);
        return whole;
    }

    private static Process run(List<String> command, Path output) {
        try {
            Files.deleteIfExists(output);
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
        } catch (IOException e) {
            throw new EmbeddedServerException("cannot run " + command.get(0), e);
        }
    }

    private static boolean becomesReady(Process process, Path data) {
        Instant deadline = Instant.now().plus(START_TIMEOUT);
        while (process.isAlive() && Instant.now().isBefore(deadline)) {
            Optional<PostmasterPid> said = PostmasterPid.read(data);
            if (said.isPresent()
                    && said.get().pid() == process.pid()
                    && said.get().isReady()) {
                return true;
            }
            pause();
        }
        process.destroyForcibly();
        return false;
    }

    /** The lock is ours, so a server on this directory belongs to a process that is gone, and so does its file. */
    private static void stopLeftBehind(Path data) {
        PostmasterPid.read(data).flatMap(said -> said.process(data)).ifPresent(orphan -> {
            log.warn("stopping the PostgreSQL server that a killed process left behind pid={}", orphan.pid());
            stop(orphan);
        });
        try {
            Files.deleteIfExists(PostmasterPid.file(data));
        } catch (IOException e) {
            throw new EmbeddedServerException("cannot delete " + PostmasterPid.file(data), e);
        }
    }

    private static void stop(ProcessHandle server) {
        for (Signal signal : Signal.values()) {
            if (server.isAlive()) {
                signal.send(server.pid());
                await(server, STOP_TIMEOUT);
            }
        }
    }

    private static void await(ProcessHandle server, Duration timeout) {
        Instant deadline = Instant.now().plus(timeout);
        while (server.isAlive() && Instant.now().isBefore(deadline)) {
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EmbeddedServerException("interrupted while waiting for PostgreSQL", e);
        }
    }

    private static void createDirectory(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new EmbeddedServerException("cannot make the directory " + directory, e);
        }
    }
}
