package dev.idem.testing;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A TCP proxy between a client and a PostgreSQL server, which breaks connections in the ways that networks do, and one
 * that only luck would find: the server has committed, and the client never hears of it.
 *
 * <p>It reads the server's messages, so it must see them plain: no TLS.
 *
 * <p><i>Threads:</i> thread-safe; each connection has two threads.
 *
 * <p><i>Source:</i> PostgreSQL, "Frontend/Backend Protocol", "Message Formats".
 */
public final class FaultProxy implements AutoCloseable {

    private static final byte COMMAND_COMPLETE = 'C';
    private static final int LENGTH_BYTES = 4;
    private static final int LONGEST_TAG = 64;
    private static final int SSL_REQUEST = 80877103;
    private static final int CHUNK_BYTES = 16 << 10;

    private final ServerSocket listening;
    private final int serverPort;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final AtomicInteger commitsToLose = new AtomicInteger();
    private final AtomicInteger commitsLost = new AtomicInteger();
    private volatile boolean refusing;

    private FaultProxy(ServerSocket listening, int serverPort) {
        this.listening = listening;
        this.serverPort = serverPort;
    }

    /** A proxy on a free port of the loopback address that passes everything through to this port. */
    public static FaultProxy to(int serverPort) {
        try {
            FaultProxy proxy = new FaultProxy(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), serverPort);
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

    /** The next so many commits happen, and their clients' connections break before the answer arrives. */
    public void loseAnswersToCommits(int count) {
        commitsToLose.set(count);
    }

    /** How many answers to commits were lost so far. */
    public int answersLost() {
        return commitsLost.get();
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
        Link link = new Link(client, server);
        links.add(link);
        daemon("proxy to the server", () -> link.pump(link::forward));
        daemon("proxy to the client", () -> link.pump(link::answer));
    }

    private static void daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Takes one of the commits that are to be lost; false where there is none. */
    private boolean losesThisCommit() {
        boolean loses = commitsToLose.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
        if (loses) {
            commitsLost.incrementAndGet();
        }
        return loses;
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
        private volatile boolean answersOneByte;

        Link(Socket client, Socket server) {
            this.client = client;
            this.server = server;
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

        /** The client's bytes as they are; only the first message is looked at. */
        void forward() throws IOException {
            DataInputStream in = new DataInputStream(client.getInputStream());
            OutputStream out = server.getOutputStream();
            byte[] first = in.readNBytes(2 * LENGTH_BYTES);
            answersOneByte = first.length == 2 * LENGTH_BYTES && intAt(first, LENGTH_BYTES) == SSL_REQUEST;
            out.write(first);
            in.transferTo(out);
        }

        /** The server's messages one by one, up to an answer that is to be lost. */
        void answer() throws IOException {
            DataInputStream in = new DataInputStream(new BufferedInputStream(server.getInputStream(), CHUNK_BYTES));
            OutputStream out = new BufferedOutputStream(client.getOutputStream(), CHUNK_BYTES);
            byte type = in.readByte();
            if (answersOneByte) {
                out.write(type);
                out.flush();
                type = in.readByte();
            }
            while (pass(type, in, out)) {
                if (in.available() == 0) {
                    out.flush();
                }
                type = in.readByte();
            }
        }

        /** Passes one message on; false where it was the answer to a commit that is to be lost. */
        private boolean pass(byte type, DataInputStream in, OutputStream out) throws IOException {
            int length = in.readInt();
            byte[] start = in.readNBytes(Math.min(length - LENGTH_BYTES, LONGEST_TAG));
            boolean commits =
                    type == COMMAND_COMPLETE && new String(start, StandardCharsets.US_ASCII).equals("COMMIT\0");
            if (commits && losesThisCommit()) {
                return false;
            }
            out.write(type);
            out.write(bytes(length));
            out.write(start);
            copy(in, out, length - LENGTH_BYTES - start.length);
            return true;
        }

        private void copy(InputStream in, OutputStream out, int count) throws IOException {
            int left = count;
            while (left > 0) {
                byte[] some = in.readNBytes(Math.min(left, CHUNK_BYTES));
                if (some.length == 0) {
                    throw new IOException("the server ended within a message");
                }
                out.write(some);
                left -= some.length;
            }
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

    private static int intAt(byte[] bytes, int at) {
        return java.nio.ByteBuffer.wrap(bytes).getInt(at);
    }

    private static byte[] bytes(int value) {
        return java.nio.ByteBuffer.allocate(LENGTH_BYTES).putInt(value).array();
    }
}
