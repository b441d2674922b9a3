package dev.idem.testing;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * PostgreSQL's protocol, as far as commits go; it must see the messages plain: no TLS.
 *
 * <p><i>Source:</i> PostgreSQL, "Frontend/Backend Protocol", "Message Formats".
 */
final class PostgresWire implements Wire {

    private static final int LENGTH_BYTES = 4;
    private static final int SSL_REQUEST = 80877103;
    private static final int LONGEST_COMMIT = 32;
    private static final byte QUERY = 'Q';
    private static final byte PARSE = 'P';
    private static final byte BIND = 'B';
    private static final byte SYNC = 'S';
    private static final byte COMMAND_COMPLETE = 'C';

    private final CommitFaults faults;
    private final Set<String> commitStatements = new HashSet<>();
    private volatile boolean answersOneByte;

    PostgresWire(CommitFaults faults) {
        this.faults = faults;
    }

    @Override
    public void forward(DataInputStream client, OutputStream server) throws IOException {
        forwardStart(client, server);
        boolean breaksBehindSync = false;
        while (true) {
            byte type = client.readByte();
            int length = client.readInt() - LENGTH_BYTES;
            byte[] start = client.readNBytes(Math.min(length, LONGEST_COMMIT));
            Optional<CommitStage> fault = isCommit(type, start) ? faults.takeForRequest() : Optional.empty();
            if (fault.isPresent() && fault.get() == CommitStage.NOT_SENT) {
                return;
            }
            server.write(type);
            server.write(intBytes(length + LENGTH_BYTES));
            if (fault.isPresent() && fault.get() == CommitStage.SENT_IN_PART) {
                server.write(start, 0, start.length / 2);
                server.flush();
                return;
            }
            server.write(start);
            Wire.copy(client, server, length - start.length);
            breaksBehindSync |= fault.isPresent();
            if (breaksBehindSync && (type == SYNC || type == QUERY)) {
                server.flush();
                return;
            }
            Wire.flushWhereQuiet(client, server);
        }
    }

    /** The messages before the first one with a type. */
    private void forwardStart(DataInputStream client, OutputStream server) throws IOException {
        int length = client.readInt();
        int code = client.readInt();
        answersOneByte = code == SSL_REQUEST;
        server.write(intBytes(length));
        server.write(intBytes(code));
        Wire.copy(client, server, length - 2 * LENGTH_BYTES);
        server.flush();
        if (code == SSL_REQUEST) {
            int startLength = client.readInt();
            server.write(intBytes(startLength));
            Wire.copy(client, server, startLength - LENGTH_BYTES);
            server.flush();
        }
    }

    /** True where this runs a COMMIT, which may have been prepared before. */
    private boolean isCommit(byte type, byte[] start) {
        String[] texts = new String(start, StandardCharsets.ISO_8859_1).split("\0", 3);
        if (type == PARSE) {
            commitStatements.remove(texts[0]);
            if (texts[1].equals("COMMIT")) {
                commitStatements.add(texts[0]);
            }
            return false;
        }
        return type == QUERY && texts[0].equals("COMMIT")
                || type == BIND && texts.length > 1 && commitStatements.contains(texts[1]);
    }

    @Override
    public void answer(DataInputStream server, OutputStream client) throws IOException {
        byte type = server.readByte();
        if (answersOneByte) {
            client.write(type);
            client.flush();
            type = server.readByte();
        }
        while (pass(type, server, client)) {
            Wire.flushWhereQuiet(server, client);
            type = server.readByte();
        }
        client.flush();
    }

    /** Passes one message on; false where that met a fault. */
    private boolean pass(byte type, DataInputStream server, OutputStream client) throws IOException {
        int length = server.readInt() - LENGTH_BYTES;
        byte[] start = server.readNBytes(Math.min(length, LONGEST_COMMIT));
        boolean commits = type == COMMAND_COMPLETE && new String(start, StandardCharsets.ISO_8859_1).equals("COMMIT\0");
        Optional<CommitStage> fault = commits ? faults.takeForAnswer() : Optional.empty();
        if (fault.isPresent() && fault.get() == CommitStage.ANSWER_LOST) {
            return false;
        }
        client.write(type);
        client.write(intBytes(length + LENGTH_BYTES));
        if (fault.isPresent()) {
            client.write(start, 0, start.length / 2);
            return false;
        }
        client.write(start);
        Wire.copy(server, client, length - start.length);
        return true;
    }

    private static byte[] intBytes(int value) {
        return ByteBuffer.allocate(LENGTH_BYTES).putInt(value).array();
    }
}
