package dev.idem.relation;

import dev.idem.change.Lsn;
import dev.idem.change.ReplicaIdentity;
import dev.idem.change.TableId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * What the stream itself says of a table, at the place in the WAL where it says it: pgoutput describes each table
 * before its first change and again after whatever may have changed it.
 *
 * <p><i>Threads:</i> immutable.
 *
 * <p><i>Source:</i> PostgreSQL, "Logical Replication Message Formats", Relation; {@code logicalrep_write_rel}.
 *
 * @param commitStart where the COMMIT record of the transaction begins that the message came in
 * @param transactionId that transaction's
 * @param engineTable what the engine calls the table
 * @param relation the table's {@code pg_class.oid}
 * @param columns in the order of their attribute numbers, which are not told; dropped and unpublished ones left out
 */
public record RelationMessage(
        Lsn commitStart,
        int transactionId,
        TableId engineTable,
        long relation,
        TableId table,
        ReplicaIdentity replicaIdentity,
        List<Column> columns) {

    /** The prefix of the logical message that carries one through the engine; nobody at the source can guess it. */
    public static final String PREFIX = "idem.relation." + UUID.randomUUID();

    /**
     * One column.
     *
     * @param key whether the old row of an update or delete has it
     * @param type the {@code oid} of its type
     * @param modifier its type modifier, -1 for none
     */
    public record Column(String name, boolean key, long type, int modifier) {}

    /** Copies the columns. */
    public RelationMessage {
        columns = List.copyOf(columns);
    }

    /** Where a message was seen. */
    public record Place(Lsn commitStart, int transactionId) {}

    /** The form in which a message goes through the engine; {@code message} is as the server sent it. */
    public static ByteBuffer write(Place place, TableId engineTable, ByteBuffer message) {
        byte[] schema = engineTable.schema().getBytes(StandardCharsets.UTF_8);
        byte[] name = engineTable.name().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(Long.BYTES + Integer.BYTES + schema.length + name.length + 2 + message.remaining())
                .putLong(place.commitStart().value())
                .putInt(place.transactionId())
                .put(schema)
                .put((byte) 0)
                .put(name)
                .put((byte) 0)
                .put(message.duplicate())
                .flip();
    }

    /** Reads the form that {@link #write} makes. */
    public static RelationMessage read(ByteBuffer content) {
        ByteBuffer in = content.duplicate();
        Place place = new Place(new Lsn(in.getLong()), in.getInt());
        TableId engineTable = new TableId(text(in), text(in));
        return read(place, Optional.of(engineTable), in);
    }

    /** Reads a message as the server sent it; the engine's name is the table's own unless told otherwise. */
    public static RelationMessage read(Place place, Optional<TableId> engineTable, ByteBuffer message) {
        ByteBuffer in = message.duplicate();
        in.get();
        long relation = Integer.toUnsignedLong(in.getInt());
        String schema = text(in);
        TableId table = new TableId(schema.isEmpty() ? "pg_catalog" : schema, text(in));
        ReplicaIdentity identity = ReplicaIdentity.ofCatalogue((char) in.get());
        int count = Short.toUnsignedInt(in.getShort());
        List<Column> columns = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            boolean key = (in.get() & 1) != 0;
            columns.add(new Column(text(in), key, Integer.toUnsignedLong(in.getInt()), in.getInt()));
        }
        return new RelationMessage(
                place.commitStart(),
                place.transactionId(),
                engineTable.orElse(table),
                relation,
                table,
                identity,
                columns);
    }

    private static String text(ByteBuffer in) {
        int start = in.position();
        int end = start;
        while (in.get(end) != 0) {
            end++;
        }
        byte[] bytes = new byte[end - start];
        in.get(bytes);
        in.get();
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** The same message with the columns at these places only. */
    public RelationMessage withColumns(IntPredicate places) {
        List<Column> kept = IntStream.range(0, columns.size())
                .filter(places)
                .mapToObj(columns::get)
                .toList();
        return new RelationMessage(commitStart, transactionId, engineTable, relation, table, replicaIdentity, kept);
    }

    /**
     * The names under which the engine is told of the columns: their own, unless it could not tell them apart, since it
     * compares names without case and takes quotes off them; then their places.
     */
    public List<String> engineNames() {
        List<String> names = columns.stream().map(Column::name).toList();
        return canBeToldApart(names) ? names : places(names.size());
    }

    /** True where the engine can tell columns of these names apart. */
    static boolean canBeToldApart(List<String> names) {
        Set<String> seen = new HashSet<>();
        return names.stream().allMatch(name -> {
            boolean quoted = name.startsWith("\"") || name.startsWith("'") || name.startsWith("`");
            return !quoted && seen.add(name.toLowerCase(Locale.ROOT));
        });
    }

    private static List<String> places(int count) {
        List<String> places = new ArrayList<>(count);
        for (int place = 1; place <= count; place++) {
            places.add("column " + place);
        }
        return places;
    }
}
