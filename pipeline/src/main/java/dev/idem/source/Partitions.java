package dev.idem.source;

import dev.idem.change.PartitionList;
import dev.idem.change.TableId;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions of the source's tables and how each came to its place.
 *
 * <p>What is written to a partition in its place is in the stream under its root's name. Rows that it had before, as a
 * table of its own, are not: then its root has to be read anew.
 *
 * <p><i>Threads:</i> one thread.
 */
final class Partitions {

    /*
     * The system columns' rows in pg_attribute are written when the table is made and never again; the row in
     * pg_inherits when it got its place. The slot's catalog_xmin is not younger than what the stream has not passed.
     */
    private static final String PARTITIONS = """
            select i.inhrelid::bigint || ' ' || i.xmin, n.nspname, r.relname,
                quote_ident(pn.nspname) || '.' || quote_ident(p.relname), i.xmin::text,
                a.xmin <> i.xmin,
                coalesce(age(i.xmin) <= age(s.catalog_xmin), false),
                i.inhrelid::bigint
            from pg_inherits i
            join pg_class p on p.oid = i.inhrelid and p.relispartition and p.relkind in ('r', 'p')
            join pg_namespace pn on pn.oid = p.relnamespace
            join pg_attribute a on a.attrelid = i.inhrelid and a.attnum = -1
            join pg_class r on r.oid = pg_partition_root(i.inhrelid)
            join pg_namespace n on n.oid = r.relnamespace
            left join pg_replication_slots s on s.slot_name = ?
            """;

    private static final Logger LOG = LoggerFactory.getLogger(Partitions.class);

    private final SourceDatabase source;
    private final Map<String, Place> places;

    /**
     * A partition in its place.
     *
     * @param since the transaction that gave it the place
     * @param moved whether it was made by another one
     * @param young whether the stream may not have been there yet when it last ended
     */
    private record Place(TableId root, long relation, String partition, String since, boolean moved, boolean young) {}

    private Partitions(SourceDatabase source, Map<String, Place> places) {
        this.source = source;
        this.places = places;
    }

    /** Those of now; {@code slot} is the capture's. */
    static Partitions read(SourceDatabase source, String slot) {
        Map<String, Place> places = new HashMap<>();
        try (PreparedStatement statement = source.connection().prepareStatement(PARTITIONS)) {
            statement.setString(1, slot);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    places.put(row.getString(1), place(row));
                }
            }
        } catch (SQLException e) {
            throw SourceFault.of("listing the source's partitions", e);
        }
        return new Partitions(source, places);
    }

    private static Place place(ResultSet row) throws SQLException {
        return new Place(
                new TableId(row.getString(2), row.getString(3)),
                row.getLong(8),
                row.getString(4),
                row.getString(5),
                row.getBoolean(6),
                row.getBoolean(7));
    }

    /** The roots that got rows with a partition where the stream may not have been yet when it last ended. */
    Set<TableId> youngAttachments() {
        return roots(entry -> entry.getValue().young() && bringsRows(entry.getValue()));
    }

    /** The roots that got rows with a partition since. */
    Set<TableId> attachedSince(Partitions before) {
        return roots(entry -> !before.places.containsKey(entry.getKey()) && bringsRows(entry.getValue()));
    }

    /** The roots that have lost a partition since. */
    Set<TableId> lostSince(Partitions before) {
        return before.roots(entry -> !places.containsKey(entry.getKey()));
    }

    /** The roots that have lost a partition since the log was told of them. */
    Set<TableId> lostSince(Collection<PartitionList> told) {
        Map<TableId, PartitionList> now = new HashMap<>();
        lists().forEach(list -> now.put(list.root(), list));
        Set<TableId> roots = new TreeSet<>();
        told.stream()
                .filter(list -> !now.getOrDefault(list.root(), new PartitionList(list.root(), Set.of()))
                        .relations()
                        .containsAll(list.relations()))
                .forEach(list -> roots.add(list.root()));
        return roots;
    }

    /** Of each root all partitions. */
    List<PartitionList> lists() {
        Map<TableId, Set<Long>> relations = new TreeMap<>();
        places.values()
                .forEach(place -> relations
                        .computeIfAbsent(place.root(), root -> new TreeSet<>())
                        .add(place.relation()));
        return relations.entrySet().stream()
                .map(entry -> new PartitionList(entry.getKey(), entry.getValue()))
                .toList();
    }

    private Set<TableId> roots(Predicate<Map.Entry<String, Place>> chosen) {
        Set<TableId> roots = new TreeSet<>();
        places.entrySet().stream()
                .filter(chosen)
                .forEach(entry -> roots.add(entry.getValue().root()));
        return roots;
    }

    /** Whether it has a row that is not younger than its place. */
    private boolean bringsRows(Place place) {
        String sql = "select exists (select from " + place.partition() + " where age(xmin) >= age('" + place.since()
                + "'::xid))";
        try (Statement statement = source.connection().createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() && row.getBoolean(1);
        } catch (SQLException e) {
            // Dropped meanwhile, or the role may read it through its root only.
            LOG.debug("cannot look at the partition {}", place.partition(), e);
            return place.moved();
        }
    }
}
