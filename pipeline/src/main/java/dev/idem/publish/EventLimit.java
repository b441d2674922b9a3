package dev.idem.publish;

/**
 * How large an event may be.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param bytes the most that its value may have, before compression
 * @param setBytes what is set, for which the heap may have no room; topics take as much, since they outlive the heap
 */
public record EventLimit(int bytes, int setBytes) {

    /** What a record has besides its key and value: headers and Kafka's own. */
    private static final int OVERHEAD_BYTES = 64 << 10;

    /** An event is in memory several times: as the driver's, the engine's and our text, encoded, and compressed. */
    private static final int PART_OF_HEAP = 8;

    /** The default, for a heap that has room for it. */
    public static final EventLimit DEFAULT = new EventLimit(256 << 20, 256 << 20);

    /** What is set, as far as the heap has room for it. */
    public static EventLimit within(int setBytes, long heapBytes) {
        return new EventLimit((int) Math.min(setBytes, heapBytes / PART_OF_HEAP), setBytes);
    }

    /** The size of a Kafka request that takes such an event, overhead and all. */
    public int recordBytes() {
        return bytes + OVERHEAD_BYTES;
    }

    /** The size of the largest record of the topics that are made. */
    public int topicRecordBytes() {
        return setBytes + OVERHEAD_BYTES;
    }
}
