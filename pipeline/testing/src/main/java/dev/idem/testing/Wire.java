package dev.idem.testing;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * What a proxy knows of the protocol on one connection: it passes messages on, and ends where a commit meets its fault.
 *
 * <p><i>Threads:</i> one for each direction.
 */
interface Wire {

    /** Passes the client's messages on; returns where the connection is to break. */
    void forward(DataInputStream client, OutputStream server) throws IOException;

    /** Passes the server's messages on; returns where the connection is to break. */
    void answer(DataInputStream server, OutputStream client) throws IOException;

    /** Passes so many bytes on. */
    static void copy(DataInputStream in, OutputStream out, int count) throws IOException {
        byte[] some = new byte[Math.min(Math.max(count, 1), 16 << 10)];
        int left = count;
        while (left > 0) {
            int read = in.read(some, 0, Math.min(left, some.length));
            if (read < 0) {
                throw new IOException("one side ended within a message");
            }
            out.write(some, 0, read);
            left -= read;
        }
    }

    /** Sends what waits, where the sender has said no more than that yet. */
    static void flushWhereQuiet(DataInputStream in, OutputStream out) throws IOException {
        if (in.available() == 0) {
            out.flush();
        }
    }
}
