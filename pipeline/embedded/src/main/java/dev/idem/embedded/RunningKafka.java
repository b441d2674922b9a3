package dev.idem.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Optional;

/** Finds the embedded broker that another process runs on a directory, for those who only want to read its log. */
public final class RunningKafka {

    private static final int PATIENCE_MS = 2_000;

    private RunningKafka() {}

    /** Where the broker listens, {@code host:port}; empty where none runs on the directory. */
    public static Optional<String> on(KafkaBrokerConfig config) {
        int port = config.port() == 0 ? FreePort.last(config.directory()) : config.port();
        return port != 0 && isHeld(config.directory()) && answers(port)
                ? Optional.of("127.0.0.1:" + port)
                : Optional.empty();
    }

    private static boolean isHeld(Path directory) {
        try {
            DirectoryLock.on(directory).close();
            return false;
        } catch (EmbeddedServerException held) {
            return true;
        }
    }

    private static boolean answers(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
