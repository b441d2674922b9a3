package dev.idem.capture;

import dev.idem.change.Lsn;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.relation.QuietChanges;
import dev.idem.source.CatalogueMark;
import dev.idem.source.MissedRows;
import dev.idem.source.PublicationState;
import dev.idem.source.SourceDatabase;
import dev.idem.source.SourceFault;
import dev.idem.source.SourcePublication;
import dev.idem.source.SourceSettings;
import dev.idem.source.SourceTable;
import dev.idem.source.SourceTables;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the source's catalogue for what the stream does not tell: tables that are new, made again or renamed, tables
 * that the publication has lost, rows that were written or shown without a word, columns that have changed without a
 * write.
 *
 * <p><i>Threads:</i> one thread.
 */
final class CatalogueWatch {

    private static final Logger LOG = LoggerFactory.getLogger(CatalogueWatch.class);

    private final SourceDatabase source;
    private final SourceSettings settings;
    private final Map<TableId, Long> streamed;
    private final Untold untold;
    private final CatalogueMark mark;
    private final Set<TableId> gone = new TreeSet<>();
    private final PublicationState publication;
    private final MissedRows missedRows;

    /** A watch for what differs from {@code streamed}. */
    CatalogueWatch(SourceDatabase source, SourceSettings settings, Streamed streamed, Untold untold) {
        this.source = source;
        this.settings = settings;
        this.streamed = Map.copyOf(streamed.relations());
        this.missedRows = streamed.missedRows();
        this.publication = streamed.publication();
        this.untold = untold;
        this.mark = new CatalogueMark(source);
    }

    /**
     * What the stream has.
     *
     * @param relations its tables and their {@code pg_class.oid}
     * @param missedRows finds the rows of its tables that it does not have
     * @param publication that it is told of changes by
     */
    record Streamed(Map<TableId, Long> relations, MissedRows missedRows, PublicationState publication) {}

    /**
     * What the stream has not told of yet.
     *
     * @param columns changes of columns
     * @param names changes of tables' names
     */
    record Untold(QuietChanges columns, RenamedTables names) {}

    /**
     * What a look found, each table with the reason for which it has to be read anew.
     *
     * @param unstreamed tables that the stream does not have: it has to begin anew with them
     * @param unread tables that the stream has, and rows of them that it has not
     */
    record Found(Map<TableId, String> unstreamed, Map<TableId, String> unread) {
        private static final Found NOTHING = new Found(Map.of(), Map.of());

        boolean isEmpty() {
            return unstreamed.isEmpty() && unread.isEmpty();
        }
    }

    /** Looks, where it is time to and something has changed; {@code published} is how far the stream has come. */
    Found look(Lsn published) {
        untold.columns().publish(published);
        untold.names().publish(published);
        if (!mark.hasMoved()) {
            return Found.NOTHING;
        }
        List<SourceTable> replicable = SourceTables.chosen(source.connection(), settings).stream()
                .filter(SourceTable::isReplicable)
                .toList();
        Map<TableId, Long> now =
                relations(source, replicable.stream().map(SourceTable::table).toList());
        tellGone(now);
        Map<TableId, String> unstreamed = untold.names().takeOutOf(unstreamed(now), now);
        unstreamed.putAll(identifiedNow(replicable));
        leftOut(now).forEach(table -> unstreamed.putIfAbsent(table, "the publication was changed"));
        Found found = new Found(unstreamed, missedRows.sinceLastLook(now));
        if (found.unstreamed().isEmpty()) {
            untold.columns().look(now.values());
        }
        mark.looked();
        return found;
    }

    /** The tables whose inserts alone are published although the source can identify their rows by now. */
    private Map<TableId, String> identifiedNow(List<SourceTable> replicable) {
        Set<TableId> insertsOnly = new SourcePublication(source.connection(), settings.publication()).insertsOnly();
        Map<TableId, String> identified = new TreeMap<>();
        replicable.stream()
                .filter(table -> table.identified() && insertsOnly.contains(table.table()))
                .forEach(table ->
                        identified.put(table.table(), "it has a replica identity now, so its updates are published"));
        return identified;
    }

    private void tellGone(Map<TableId, Long> now) {
        for (TableId table : streamed.keySet()) {
            if (!now.containsKey(table) && !now.containsValue(streamed.get(table)) && gone.add(table)) {
                LOG.warn("table is gone from the source, the warehouse keeps its own table={}", table);
            }
        }
    }

    private Map<TableId, String> unstreamed(Map<TableId, Long> now) {
        Map<TableId, String> unstreamed = new TreeMap<>();
        Set<TableId> published = new SourcePublication(source.connection(), settings.publication()).tables();
        now.forEach((table, relation) -> {
            if (!Objects.equals(streamed.get(table), relation)) {
                unstreamed.put(table, "it is new");
            } else if (!published.contains(table)) {
                unstreamed.put(table, "the publication had lost it");
            }
        });
        return unstreamed;
    }

    /** The tables of which the publication may have left changes out. */
    private Set<TableId> leftOut(Map<TableId, Long> now) {
        PublicationState state = PublicationState.read(source, settings.publication());
        Set<Long> known = Set.copyOf(streamed.values());
        Set<TableId> leftOut = new TreeSet<>();
        now.forEach((table, relation) -> {
            if (known.contains(relation) && state.hasChangedSince(publication, relation)) {
                leftOut.add(table);
            }
        });
        return leftOut;
    }

    /** The tables of which the log knows nothing: not these names of these relations. */
    static Set<TableId> unknown(Map<TableId, Long> tables, Collection<TableDefinition> known) {
        Set<TableId> unknown = new TreeSet<>(tables.keySet());
        known.forEach(definition -> {
            if (Objects.equals(tables.get(definition.table()), definition.relation())) {
                unknown.remove(definition.table());
            }
        });
        return unknown;
    }

    /** The {@code pg_class.oid} of each of these tables that there is. */
    static Map<TableId, Long> relations(SourceDatabase source, Collection<TableId> tables) {
        Set<TableId> wanted = new TreeSet<>(tables);
        Map<TableId, Long> relations = new TreeMap<>();
        String sql = "select n.nspname, c.relname, c.oid::bigint from pg_class c"
                + " join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p')";
        try (PreparedStatement statement = source.connection().prepareStatement(sql);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                TableId table = new TableId(row.getString(1), row.getString(2));
                if (wanted.contains(table)) {
                    relations.put(table, row.getLong(3));
                }
            }
        } catch (SQLException e) {
            throw SourceFault.of("listing the source's tables", e);
        }
        return relations;
    }
}
