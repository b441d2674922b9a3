package dev.idem.cli;

import dev.idem.embedded.ServerMain;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** One embedded server in a process of its own, for tests and benchmarks. */
@Command(name = "server", hidden = true, description = "Runs one embedded server until it is told to stop.")
final class ServerCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "KIND", description = "postgres or kafka")
    private String kind = "";

    @Parameters(index = "1", paramLabel = "DIRECTORY")
    private Path directory = Path.of("");

    @Parameters(index = "2", paramLabel = "PORT", defaultValue = "0", description = "0 for the last one, or any")
    private int port;

    @Override
    public Integer call() throws InterruptedException {
        ServerMain.main(new String[] {kind, directory.toString(), Integer.toString(port)});
        return 0;
    }
}
