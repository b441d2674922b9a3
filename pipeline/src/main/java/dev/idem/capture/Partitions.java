package dev.idem.capture;

import dev.idem.change.TableId;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The partitions of the source's tables and how each came to its place.
 *
 * <p>A partition that was made in its place was empty then, and every later row of it is in the stream. One that was a
 * table before and was attached brought rows that the stream does not name: its root has to be read anew.
 *
 * <p><i>Threads:</i> immutable.
 */
final class Partitions {

    /*
     * The system columns' rows in pg_attribute are written when the table is made and never again; the row in
     * pg_inherits when it got its place. The slot's catalog_xmin is not younger than what the stream has not passed.
     */
    private static final String PARTITIONS = """
            select i.inhrelid::bigint || ' ' || i.xmin, n.nspname, r.relname,
                a.xmin <> i.xmin,
                coalesce(age(i.xmin) <= age(s.catalog_xmin), false)
            from pg_inherits i
            join pg_class p on p.oid = i.inhrelid and p.relispartition
            join pg_attribute a on a.attrelid = i.inhrelid and a.attnum = -1
            join pg_class r on r.oid = pg_partition_root(i.inhrelid)
            join pg_namespace n on n.oid = r.relnamespace
            left join pg_replication_slots s on s.slot_name = ?
            """;

    private final Map<String, Place> places;

    private record Place(TableId root, boolean attached, boolean young) {}

    private Partitions(Map<String, Place> places) {
        this.places = places;
    }

    /** Those of now; {@code slot} is the capture's. */
    static Partitions read(SourceDatabase source, String slot) {
        Map<String, Place> places = new HashMap<>();
        try (PreparedStatement statement = source.connection().prepareStatement(PARTITIONS)) {
            statement.setString(1, slot);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    places.put(
                            row.getString(1),
                            new Place(
                                    new TableId(row.getString(2), row.getString(3)),
                                    row.getBoolean(4),
                                    row.getBoolean(5)));
                }
            }
        } catch (SQLException e) {
            throw SourceFault.of("listing the source's partitions", e);
        }
        return new Partitions(places);
    }

    /** The roots to which a table was attached where the stream may not have been yet when it last ended. */
    Set<TableId> youngAttachments() {
        Set<TableId> roots = new TreeSet<>();
        places.values().stream()
                .filter(place -> place.attached() && place.young())
                .forEach(place -> roots.add(place.root()));
        return roots;
    }

    /** The roots to which a table was attached since. */
    Set<TableId> attachedSince(Partitions before) {
        Set<TableId> roots = new TreeSet<>();
        places.forEach((partition, place) -> {
            if (place.attached() && !before.places.containsKey(partition)) {
                roots.add(place.root());
            }
        });
        return roots;
    }

    /** The roots that have lost a partition since. */
    Set<TableId> lostSince(Partitions before) {
        Set<TableId> roots = new TreeSet<>();
        before.places.forEach((partition, place) -> {
            if (!places.containsKey(partition)) {
                roots.add(place.root());
            }
        });
        return roots;
    }
}
