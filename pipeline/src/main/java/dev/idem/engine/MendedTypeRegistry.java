package dev.idem.engine;

import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import io.debezium.connector.postgresql.Module;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mends the engine's registry of types before it is loaded, so that the engine starts on every database.
 *
 * <p>The registry asks each type of the category of enumerations for its labels. A domain over an enumeration is of the
 * category and has none, nor has an enumeration that was made empty; one of either, anywhere in the database, ends the
 * engine with a null pointer. The registry is built deep in the task's start, where nothing can be put in its place. So
 * its class is defined from its own bytes with one word of its query changed: no labels are an empty list of labels.
 *
 * <p><i>Threads:</i> thread-safe.
 *
 * <p><i>Source:</i> Debezium 3.6.3, {@code TypeRegistry.createTypeBuilderFromResultSet}; The Java Virtual Machine
 * Specification, 4.4, "The Constant Pool".
 */
final class MendedTypeRegistry {

    private static final Logger LOG = LoggerFactory.getLogger(MendedTypeRegistry.class);
    private static final String NAME = "TypeRegistry.class";
    private static final String LABELS = "e.values as enum_values";
    private static final String MENDED = "coalesce(e.values, '{}') as enum_values";
    private static final int CONSTANTS_AT = 8;

    private static boolean done;

    private MendedTypeRegistry() {}

    /** Sees to it that the mended class is the one in use; does something once only. */
    static synchronized void use() {
        if (done) {
            return;
        }
        done = true;
        try (InputStream original = Module.class.getResourceAsStream(NAME)) {
            if (original == null) {
                throw new IOException("no " + NAME + " beside " + Module.class.getName());
            }
            MethodHandles.privateLookupIn(Module.class, MethodHandles.lookup())
                    .defineClass(mended(original.readAllBytes()));
        } catch (LinkageError e) {
            LOG.debug("the engine's registry of types was loaded before it could be mended", e);
        } catch (IOException | IllegalAccessException e) {
            throw new PipelineException(
                    ErrorKind.INVARIANT,
                    "Debezium's TypeRegistry cannot be mended (expected: the class of Debezium 3.6, on the class path)",
                    e);
        }
    }

    /** The same class with the query changed in its constant pool, whose other entries name it by place only. */
    static byte[] mended(byte[] classFile) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(classFile.length + 100);
        DataOutputStream out = new DataOutputStream(bytes);
        DataInputStream in = new DataInputStream(new java.io.ByteArrayInputStream(classFile));
        out.write(in.readNBytes(CONSTANTS_AT));
        int count = in.readUnsignedShort();
        out.writeShort(count);
        for (int i = 1; i < count; i++) {
            int tag = in.readUnsignedByte();
            out.writeByte(tag);
            if (tag == 1) {
                out.writeUTF(in.readUTF().replace(LABELS, MENDED));
            } else {
                out.write(in.readNBytes(size(tag)));
            }
            i += tag == 5 || tag == 6 ? 1 : 0;
        }
        in.transferTo(out);
        return bytes.toByteArray();
    }

    private static int size(int tag) throws IOException {
        return switch (tag) {
            case 7, 8, 16, 19, 20 -> 2;
            case 15 -> 3;
            case 3, 4, 9, 10, 11, 12, 17, 18 -> 4;
            case 5, 6 -> 8;
            default -> throw new IOException("a constant of the kind " + tag + " in " + NAME);
        };
    }
}
