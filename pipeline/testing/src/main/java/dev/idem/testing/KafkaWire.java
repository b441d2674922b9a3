package dev.idem.testing;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Kafka's protocol, as far as commits of transactions go.
 *
 * <p><i>Source:</i> Kafka, "Protocol Guide": a size, then the request's API key, version and correlation id, which the
 * response begins with; the key of EndTxn is 26.
 */
final class KafkaWire implements Wire {

    private static final int REQUEST_START_BYTES = 8;
    private static final int CORRELATION_BYTES = 4;
    private static final short END_TRANSACTION = 26;

    private final CommitFaults faults;
    private final Set<Integer> asked = ConcurrentHashMap.newKeySet();

    KafkaWire(CommitFaults faults) {
        this.faults = faults;
    }

    @Override
    public void forward(DataInputStream client, OutputStream server) throws IOException {
        while (true) {
            int size = client.readInt();
            ByteBuffer start = ByteBuffer.wrap(client.readNBytes(REQUEST_START_BYTES));
            boolean commits = start.getShort(0) == END_TRANSACTION;
            Optional<CommitStage> fault = commits ? faults.takeForRequest() : Optional.empty();
            if (fault.isPresent() && fault.get() == CommitStage.NOT_SENT) {
                return;
            }
            if (commits) {
                asked.add(start.getInt(CORRELATION_BYTES));
            }
            server.write(ByteBuffer.allocate(Integer.BYTES).putInt(size).array());
            server.write(start.array());
            boolean inPart = fault.isPresent() && fault.get() == CommitStage.SENT_IN_PART;
            Wire.copy(client, server, inPart ? 1 : size - REQUEST_START_BYTES);
            if (fault.isPresent()) {
                server.flush();
                return;
            }
            Wire.flushWhereQuiet(client, server);
        }
    }

    @Override
    public void answer(DataInputStream server, OutputStream client) throws IOException {
        while (true) {
            int size = server.readInt();
            int correlation = server.readInt();
            Optional<CommitStage> fault = asked.remove(correlation) ? faults.takeForAnswer() : Optional.empty();
            if (fault.isPresent() && fault.get() == CommitStage.ANSWER_LOST) {
                return;
            }
            client.write(ByteBuffer.allocate(2 * Integer.BYTES)
                    .putInt(size)
                    .putInt(correlation)
                    .array());
            if (fault.isPresent()) {
                client.flush();
                return;
            }
            Wire.copy(server, client, size - CORRELATION_BYTES);
            Wire.flushWhereQuiet(server, client);
        }
    }
}
