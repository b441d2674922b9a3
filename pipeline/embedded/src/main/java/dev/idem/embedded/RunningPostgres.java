package dev.idem.embedded;

import java.nio.file.Path;
import java.util.Optional;

/** Finds the embedded server that another process runs on a directory, for those who only want to look inside. */
public final class RunningPostgres {

    private RunningPostgres() {}

    /** Where the server listens; empty where none runs on the directory or it does not take connections yet. */
    public static Optional<PostgresAddress> on(Path directory) {
        Path data = PostgresCluster.data(directory);
        return PostmasterPid.read(data)
                .filter(said -> said.isReady() && said.process(data).isPresent())
                .map(said -> new PostgresAddress(
                        said.port(), PostgresCluster.SUPERUSER, PostgresCluster.password(directory)));
    }
}
