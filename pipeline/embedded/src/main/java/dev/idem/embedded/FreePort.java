package dev.idem.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;

/** A port of the loopback address that nobody listened on a moment ago. */
final class FreePort {
    private FreePort() {}

    static int find() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new EmbeddedServerException("no free port on the loopback address", e);
        }
    }

    /**
     * The wanted port; where 0 is wanted the one that the server on this directory had the last time, or a free one
     * where that is taken. So the addresses that a person or another process wrote down stay good.
     */
    static int lastOrAny(int wanted, Path directory) {
        if (wanted != 0) {
            return wanted;
        }
        Path file = directory.resolve("port");
        try {
            int last = last(directory);
            int port = last != 0 && isFree(last) ? last : find();
            Files.writeString(file, port + "\n");
            return port;
        } catch (IOException e) {
            throw new EmbeddedServerException("cannot keep the server's port in " + file, e);
        }
    }

    /** The port that the server on this directory had the last time, where it was free to choose; else 0. */
    static int last(Path directory) {
        Path file = directory.resolve("port");
        try {
            return Files.exists(file) ? parse(Files.readString(file).strip()) : 0;
        } catch (IOException e) {
            throw new EmbeddedServerException("cannot read the server's port in " + file, e);
        }
    }

    private static int parse(String text) {
        return text.matches("\\d{1,5}") ? Integer.parseInt(text) : 0;
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException | IllegalArgumentException taken) {
            return false;
        }
    }
}
