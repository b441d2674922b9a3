package dev.idem.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL data directory with the superuser's password beside it, made on first use.
 *
 * <p>The password is drawn once and readable by the owner alone, because every user of a machine reaches its loopback
 * address.
 */
final class PostgresCluster {
    static final String SUPERUSER = "postgres";

    private static final Logger log = LoggerFactory.getLogger(PostgresCluster.class);
    private static final long INITDB_TIMEOUT_SECONDS = 300;

    private final Path directory;
    private final Path home;
    private final ServerUser user;

    PostgresCluster(Path directory, Path home, ServerUser user) {
        this.directory = directory;
        this.home = home;
        this.user = user;
    }

    Path data() {
        return data(directory);
    }

    /** Where the server keeps its files below the directory. */
    static Path data(Path directory) {
        return directory.resolve("data");
    }

    String password() {
        return password(directory);
    }

    /** The superuser's password on this directory. */
    static String password(Path directory) {
        try {
            return Files.readString(passwordFile(directory)).strip();
        } catch (IOException e) {
            throw new EmbeddedServerException("cannot read " + passwordFile(directory), e);
        }
    }

    /**
     * Makes the data directory where there is none. A directory half made, by a process that died over it, is made
     * anew.
     */
    void ensureExists() {
        if (Files.isDirectory(data())) {
            user.own(directory);
            return;
        }
        Path unfinished = directory.resolve("data.unfinished");
        try {
            FileTree.delete(unfinished);
            writePassword();
            user.own(directory);
            initialize(unfinished);
            Files.move(unfinished, data());
        } catch (IOException e) {
            throw new EmbeddedServerException("cannot make a PostgreSQL data directory in " + directory, e);
        }
        log.info("made a PostgreSQL data directory directory={}", directory);
    }

    private void initialize(Path data) throws IOException {
        List<String> initdb = List.of(
                home.resolve("bin/initdb").toString(),
                "--pgdata=" + data,
                "--username=" + SUPERUSER,
                "--auth=scram-sha-256",
                "--pwfile=" + passwordFile(),
                "--encoding=UTF8",
                "--locale=C");
        ProcessBuilder builder = new ProcessBuilder(user.command(initdb)).redirectErrorStream(true);
        builder.environment().put("TZ", "UTC");
        Path output = directory.resolve("initdb.log");
        Process process = builder.redirectOutput(output.toFile()).start();
        if (!finished(process) || process.exitValue() != 0) {
            throw new EmbeddedServerException("initdb failed in " + directory + ": " + LogTail.of(output));
        }
    }

    private static boolean finished(Process process) {
        try {
            return process.waitFor(INITDB_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new EmbeddedServerException("interrupted while making a PostgreSQL data directory", e);
        }
    }

    private void writePassword() throws IOException {
        byte[] drawn = new byte[16];
        new SecureRandom().nextBytes(drawn);
        Files.deleteIfExists(passwordFile());
        Files.createFile(
                passwordFile(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(passwordFile(), HexFormat.of().formatHex(drawn) + "\n", StandardCharsets.US_ASCII);
    }

    private Path passwordFile() {
        return passwordFile(directory);
    }

    private static Path passwordFile(Path directory) {
        return directory.resolve("password");
    }
}
