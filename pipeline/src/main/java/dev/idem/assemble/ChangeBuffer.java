package dev.idem.assemble;

import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Changes in the order of their arrival, in memory up to a bound and beyond it in a file.
 *
 * <p><i>Threads:</i> one thread.
 *
 * <p><i>Fails:</i> with {@link PipelineException} where the file cannot be written or read; the buffer is then of no
 * more use, and closing it deletes the file.
 */
final class ChangeBuffer implements AutoCloseable {

    private static final int FILE_BUFFER_BYTES = 1 << 16;
    private static final int ABSENT = -1;

    private final SpillPolicy spill;
    private List<EncodedChange> inMemory = new ArrayList<>();
    private long memoryBytes;
    private long count;
    private @Nullable Path file;
    private @Nullable DataOutputStream out;

    ChangeBuffer(SpillPolicy spill) {
        this.spill = spill;
    }

    void add(EncodedChange change) {
        count++;
        try {
            if (out != null) {
                write(out, change);
                return;
            }
            inMemory.add(change);
            memoryBytes += change.sizeBytes();
            if (memoryBytes > spill.thresholdBytes()) {
                moveToFile();
            }
        } catch (IOException e) {
            throw failure("writing", e);
        }
    }

    long count() {
        return count;
    }

    /** What the changes cost in memory now. */
    long memoryBytes() {
        return memoryBytes;
    }

    boolean isSpilled() {
        return file != null;
    }

    /** Hands over every change in order; can be called again. No change may be added afterwards. */
    void forEach(Consumer<EncodedChange> consumer) {
        inMemory.forEach(consumer);
        Path spilled = file;
        if (spilled == null) {
            return;
        }
        try {
            if (out != null) {
                out.flush();
            }
            try (DataInputStream in =
                    new DataInputStream(new BufferedInputStream(Files.newInputStream(spilled), FILE_BUFFER_BYTES))) {
                for (long i = 0; i < count; i++) {
                    consumer.accept(read(in));
                }
            }
        } catch (IOException e) {
            throw failure("reading", e);
        }
    }

    @Override
    public void close() {
        inMemory = new ArrayList<>();
        memoryBytes = 0;
        try {
            if (out != null) {
                out.close();
            }
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw failure("deleting", e);
        }
    }

    private void moveToFile() throws IOException {
        Path spilled = spill.newFile();
        file = spilled;
        DataOutputStream stream =
                new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(spilled), FILE_BUFFER_BYTES));
        out = stream;
        for (EncodedChange change : inMemory) {
            write(stream, change);
        }
        inMemory = new ArrayList<>();
        memoryBytes = 0;
    }

    private static void write(DataOutputStream out, EncodedChange change) throws IOException {
        writeBytes(out, change.topic().getBytes(StandardCharsets.UTF_8));
        writeBytes(out, change.key());
        writeBytes(out, change.value());
        out.writeInt(change.definition());
        writeBytes(out, change.movedFrom());
        out.writeBoolean(change.deletes());
        out.writeLong(change.tooLargeBytes());
    }

    private static EncodedChange read(DataInputStream in) throws IOException {
        byte[] topic = requiredBytes(in);
        byte[] key = readBytes(in);
        byte[] value = requiredBytes(in);
        int definition = in.readInt();
        byte[] movedFrom = readBytes(in);
        return new EncodedChange(
                new String(topic, StandardCharsets.UTF_8),
                key,
                value,
                definition,
                movedFrom,
                in.readBoolean(),
                in.readLong());
    }

    private static void writeBytes(DataOutputStream out, byte @Nullable [] bytes) throws IOException {
        out.writeInt(bytes == null ? ABSENT : bytes.length);
        if (bytes != null) {
            out.write(bytes);
        }
    }

    private static byte[] requiredBytes(DataInputStream in) throws IOException {
        byte[] bytes = readBytes(in);
        if (bytes == null) {
            throw new IOException("a field without a value (expected: bytes)");
        }
        return bytes;
    }

    private static byte @Nullable [] readBytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length == ABSENT) {
            return null;
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return bytes;
    }

    private PipelineException failure(String doing, IOException e) {
        return new PipelineException(
                ErrorKind.INVARIANT,
                doing + " the spill file " + file + " of a large transaction failed after " + count
                        + " changes (expected: room and rights in idem.data-dir)",
                e);
    }
}
