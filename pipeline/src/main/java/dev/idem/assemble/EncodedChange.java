package dev.idem.assemble;

import org.jspecify.annotations.Nullable;

/**
 * A change as the log will hold it, all but its version: that is known only at the end of its transaction.
 *
 * <p><i>Threads:</i> immutable by agreement: the arrays are handed over and never written again.
 *
 * @param topic the topic of the change's table
 * @param key the record's key; null for a table without a key and for a truncate
 * @param value the record's value
 * @param definition the number of the table's definition
 * @param movedFrom on the second half of a key change the key that the row had before; null otherwise
 * @param deletes whether the row is gone, so that a tombstone record follows
 * @param tooLargeBytes where the event was too large for the log, about how large; the value has the key alone then. 0
 *     for every other
 */
@SuppressWarnings("ArrayRecordComponent")
public record EncodedChange(
        String topic,
        byte @Nullable [] key,
        byte[] value,
        int definition,
        byte @Nullable [] movedFrom,
        boolean deletes,
        long tooLargeBytes) {

    private static final int OVERHEAD_BYTES = 120;

    /** An event that the log can take. */
    public EncodedChange(
            String topic,
            byte @Nullable [] key,
            byte[] value,
            int definition,
            byte @Nullable [] movedFrom,
            boolean deletes) {
        this(topic, key, value, definition, movedFrom, deletes, 0);
    }

    /** What the change costs in memory: its arrays and about what the objects around them take. */
    public long sizeBytes() {
        long arrays = value.length + (key == null ? 0L : key.length) + (movedFrom == null ? 0L : movedFrom.length);
        return OVERHEAD_BYTES + arrays;
    }
}
