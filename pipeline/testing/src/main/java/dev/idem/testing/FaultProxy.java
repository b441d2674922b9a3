package dev.idem.testing;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * A TCP proxy between a client and a server, which breaks connections in the ways that networks do, and at each stage
 * of a commit, which only luck would find otherwise.
 *
 * <p><i>Threads:</i> thread-safe; each connection has two threads.
 */
public final class FaultProxy implements AutoCloseable {

    private static final int CHUNK_BYTES = 16 << 10;

    private final ServerSocket listening;
    private final int serverPort;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final CommitFaults faults = new CommitFaults();
    private final Function<CommitFaults, Wire> protocol;
    private volatile boolean refusing;

    private FaultProxy(ServerSocket listening, int serverPort, Function<CommitFaults, Wire> protocol) {
        this.listening = listening;
        this.serverPort = serverPort;
        this.protocol = protocol;
    }

    /** A proxy on a free port of the loopback address that passes everything through to PostgreSQL on this port. */
    public static FaultProxy to(int serverPort) {
        return to(serverPort, PostgresWire::new);
    }

    /** The same to a broker, which must name the proxy's port in {@code advertised.listeners}. */
    public static FaultProxy toKafka(int serverPort) {
        return to(serverPort, KafkaWire::new);
    }

    private static FaultProxy to(int serverPort, Function<CommitFaults, Wire> protocol) {
        try {
            FaultProxy proxy =
                    new FaultProxy(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), serverPort, protocol);
            daemon("proxy accepts", proxy::accept);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it listens. */
    public int port() {
        return listening.getLocalPort();
    }

    /** Breaks all connections off, both ends at once. */
    public void cut() {
        links.forEach(Link::close);
    }

    /** Ends what the server says to its clients, who still can talk to it: the connections are half closed. */
    public void halfClose() {
        links.forEach(Link::halfClose);
    }

    /** Breaks all connections off and takes no new ones until {@link #allow}. */
    public void refuse() {
        refusing = true;
        cut();
    }

    /** Takes connections again. */
    public void allow() {
        refusing = false;
    }

    /** The connection of the next client that commits breaks at this stage of it. */
    public void breakNextCommit(CommitStage stage) {
        faults.breakNext(stage);
    }

    /** How many commits met their fault so far. */
    public int commitsBroken() {
        return faults.broken();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                open(listening.accept());
            } catch (IOException e) {
                // the listening socket is closed, which ends the loop, or the server is down, which the client notices
            }
        }
    }

    private void open(Socket client) throws IOException {
        if (refusing) {
            client.close();
            return;
        }
        Socket server;
        try {
            server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
        } catch (IOException e) {
            client.close();
            throw e;
        }
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        Link link = new Link(client, server, protocol.apply(faults));
        links.add(link);
        daemon("proxy to the server", () -> link.pump(link::forward));
        daemon("proxy to the client", () -> link.pump(link::answer));
    }

    private static void daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cut();
    }

    /** Moves bytes until one side ends. */
    @FunctionalInterface
    private interface Pump {
        void run() throws IOException;
    }

    /** One client's connection. */
    private final class Link {
        private final Socket client;
        private final Socket server;
        private final Wire wire;

        Link(Socket client, Socket server, Wire wire) {
            this.client = client;
            this.server = server;
            this.wire = wire;
        }

        void pump(Pump pump) {
            try {
                pump.run();
            } catch (IOException e) {
                // either side is gone: so is the other, then
                close();
            }
            close();
        }

        void forward() throws IOException {
            wire.forward(in(client), out(server));
        }

        void answer() throws IOException {
            wire.answer(in(server), out(client));
        }

        private static DataInputStream in(Socket socket) throws IOException {
            return new DataInputStream(new BufferedInputStream(socket.getInputStream(), CHUNK_BYTES));
        }

        private static OutputStream out(Socket socket) throws IOException {
            return new BufferedOutputStream(socket.getOutputStream(), CHUNK_BYTES);
        }

        void halfClose() {
            try {
                client.shutdownOutput();
            } catch (IOException e) {
                close();
            }
        }

        void close() {
            links.remove(this);
            closeQuietly(client);
            closeQuietly(server);
        }

        private static void closeQuietly(Socket socket) {
            try {
                socket.close();
            } catch (IOException e) {
                // it is closed, one way or the other
            }
        }
    }
}
